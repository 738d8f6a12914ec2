import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';

/** A `go` at the head of PATH that compiles nothing: it notes how it is called and leaves programs that say their own name. */
export interface FakeGo {
  /** A line for each call: its toolchain and its arguments. */
  calls(): string[];
  /** Has the next builds of Kubernetes fail, with these words. */
  failBuilds(words: string): void;
  succeed(): void;
  /** Has the next builds of Kubernetes never end, until `succeed`. */
  hang(): void;
  /** The process id of a build that hangs; undefined before it is there. */
  hangingPid(): number | undefined;
}

const SCRIPT = `#!/bin/sh
here=\${0%/*}
[ "$1 $2" = 'env GOVERSION' ] || echo "$GOTOOLCHAIN $*" >>"$here/calls"
case "$1 $2" in
'env GOVERSION') cat "$here/version" ;;
'list -m')
    case $4 in
    *@v1.99.*) echo "go: $4: invalid version: unknown revision" >&2; exit 1 ;;
    esac
    echo "{\\"GoMod\\": \\"$here/kubernetes.mod\\"}" ;;
'list '*) printf 'one true\\ntwo false\\nthree false\\n' ;;
'mod tidy') cp go.mod "$here/tidied.mod" ;;
'build '*)
    case $* in
    *./kube*)
        echo compiled >>"$GOCACHE.txt"
        echo two >&2
        if [ -e "$here/hangs" ]; then echo $$ >"$here/pid"; sleep 1000; fi
        if [ -e "$here/fails" ]; then cat "$here/fails" >&2; exit 1; fi
        echo three >&2 ;;
    esac
    for argument; do
        case $argument in
        */) folder=$argument ;;
        ./*) printf '#!/bin/sh\\necho "%s: Kubernetes v1.37.2"\\n' "$argument" >"$folder\${argument#./}"; chmod 755 "$folder\${argument#./}" ;;
        esac
    done ;;
esac
`;

/** What Kubernetes' own go.mod has of what lab reads. */
const KUBERNETES_MOD = `module k8s.io/kubernetes

go 1.25.0

godebug default=go1.25

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/kubelet => ./staging/src/k8s.io/kubelet
)
`;

export function useFakeGo(folder: string, version: string): FakeGo {
  const bin = join(folder, 'fake-go');
  mkdirSync(bin);
  writeFileSync(join(bin, 'go'), SCRIPT);
  chmodSync(join(bin, 'go'), 0o755);
  writeFileSync(join(bin, 'version'), `${version}\n`);
  writeFileSync(join(bin, 'kubernetes.mod'), KUBERNETES_MOD);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH'] ?? ''}`);
  const calls = join(bin, 'calls');
  const pid = join(bin, 'pid');
  return {
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    failBuilds: (words) => {
      writeFileSync(join(bin, 'fails'), `${words}\n`);
    },
    succeed: () => {
      rmSync(join(bin, 'fails'), { force: true });
      rmSync(join(bin, 'hangs'), { force: true });
    },
    hang: () => {
      writeFileSync(join(bin, 'hangs'), '');
    },
    hangingPid: () => {
      const text = existsSync(pid) ? readFileSync(pid, 'utf8').trim() : '';
      return text === '' ? undefined : Number(text);
    },
  };
}

/** The go.mod that `go mod tidy` was run on. */
export function tidiedGoMod(folder: string): string {
  return readFileSync(join(folder, 'fake-go', 'tidied.mod'), 'utf8');
}
