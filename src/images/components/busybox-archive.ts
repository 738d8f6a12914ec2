import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digest } from '../../model/digest.js';
import { tar, type TarEntry } from './tar.js';

/** What `ctr images import` calls it, and a pod. */
const NAME = 'docker.io/lab/busybox:1';

/** What a container of it can run: enough to serve, to ask, and to look around. */
export const busyboxApplets = [
  ...['sh', 'cat', 'cut', 'date', 'dd', 'echo', 'env', 'false', 'grep', 'head', 'hostname', 'httpd', 'id'],
  ...['ip', 'kill', 'ls', 'mkdir', 'mount', 'nc', 'nslookup', 'ping', 'ps', 'rm', 'sed', 'seq', 'sha256sum'],
  ...['sleep', 'tail', 'test', 'timeout', 'touch', 'tr', 'true', 'wc', 'wget'],
] as const;

/** Holds a pod's namespaces, and ends at once when it is told to: a container without a command of its own does so, too. */
const PAUSE = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 86400 & wait; done'];

function folder(path: string, mode = 0o755): TarEntry {
  return { path, mode };
}

/** A container image in Docker's archive format, of the toolchain's static busybox. The same busybox makes the same bytes. */
export async function busyboxArchive(tree: string): Promise<Uint8Array> {
  const busybox = await readFile(join(tree, 'usr/bin/busybox'));
  const layer = tar([
    folder('bin/'),
    { path: 'bin/busybox', mode: 0o755, content: busybox },
    ...busyboxApplets.map((name) => ({ path: `bin/${name}`, mode: 0o777, target: 'busybox' })),
    ...['dev/', 'etc/', 'proc/', 'sys/'].map((path) => folder(path)),
    text('etc/passwd', 'root:x:0:0:root:/:/bin/sh\n'),
    text('etc/group', 'root:x:0:\n'),
    folder('tmp/', 0o1777),
  ]);
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: PAUSE, Env: ['PATH=/bin'], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] },
    history: [{ created: '1970-01-01T00:00:00Z' }],
  };
  const manifest = [{ Config: 'config.json', RepoTags: [NAME], Layers: ['layer.tar'] }];
  return tar([
    text('manifest.json', JSON.stringify(manifest)),
    text('config.json', JSON.stringify(config)),
    { path: 'layer.tar', mode: 0o644, content: layer },
  ]);
}

function text(path: string, content: string): TarEntry {
  return { path, mode: 0o644, content: Buffer.from(content) };
}
