import { randomBytes } from 'node:crypto';
import type { GuestAgent } from '../qemu/guest-agent.js';

/** Where a guest has what its scripts are run with: the port of their output, and the file with the id of a run. */
const PLACES = { port: '/dev/virtio-ports/sriov-lab.checks', current: '/run/lab/script-run' } as const;
/** How long to wait for a guest that is to end a script, in ms: it may be the reason why the script hangs. */
const END_LIMIT_MS = 20_000;

/**
 * Ends the run `$1` of a script: all that has its mark in its environment, whatever has become of its parents. What does not end by
 * SIGTERM within two seconds is killed; what the kernel does not let go of in five more stays.
 */
const END = `end_run() {
    tries=20
    while [ "$tries" -gt -50 ]; do
        marked=$(grep -slzx "LAB_RUN=$1" /proc/[0-9]*/environ)
        [ -n "$marked" ] || break
        signal=TERM
        [ "$tries" -gt 0 ] || signal=KILL
        for environ in $marked; do
            pid=\${environ#/proc/}
            kill -"$signal" "\${pid%/environ}" 2>/dev/null
        done
        tries=$((tries - 1))
        sleep 0.1
    done
}
`;

/**
 * Runs a script with its output on the port, between a line that this run begins and one that it has ended. An earlier run that goes on,
 * as that of a lab command that was killed, is ended first: it would keep the port, and change what this one looks at.
 */
const RUN = `${END}
run=$1 script=$2 port=$3 current=$4
[ ! -e "$current" ] || end_run "$(cat "$current")"
echo "$run" >"$current"
exec >"$port"
echo
echo "# lab-begin-$run"
sh "$script" 2>"$script.stderr"
rm -f "$current"
echo
sed 's/^/# stderr: /' "$script.stderr"
echo "# lab-end-$run"`;

/** One run of a script in a guest: nothing else has its id. */
export class GuestRun {
  readonly #id = randomBytes(8).toString('hex');
  #began = false;

  constructor(
    private readonly agent: Pick<GuestAgent, 'start' | 'run'>,
    private readonly places: Readonly<Record<keyof typeof PLACES, string>> = PLACES,
  ) {}

  /** Starts it; `script`: its place in the guest. Returns the id of the process there. */
  async start(script: string): Promise<number> {
    const { port, current } = this.places;
    const mark = `LAB_RUN=${this.#id}`;
    return this.agent.start(['env', mark, '/bin/sh', '-c', RUN, 'sh', this.#id, script, port, current]);
  }

  /**
   * What a line from the port is to the reader: undefined if it belongs to an earlier run, `end` if this one has ended; otherwise a line of
   * its output.
   */
  read(line: string): { readonly text: string } | 'end' | undefined {
    if (!this.#began) {
      this.#began = line === `# lab-begin-${this.#id}`;
      return undefined;
    }
    return line === `# lab-end-${this.#id}` ? 'end' : { text: line };
  }

  /** Ends it with all that it has started. A guest that does not answer keeps it: the next run ends it. */
  async end(): Promise<void> {
    const argv = ['/bin/sh', '-c', `${END} end_run "$0"`, this.#id] as const;
    await this.agent.run(argv, { timeoutMs: END_LIMIT_MS }).catch(() => undefined);
  }
}
