import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { busyboxArchive } from '../../../src/images/components/busybox-archive.js';
import { digest } from '../../../src/model/digest.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

async function archive(): Promise<Uint8Array> {
  mkdirSync(join(scratch(), 'usr/bin'), { recursive: true });
  writeFileSync(join(scratch(), 'usr/bin/busybox'), 'x'.repeat(1000));
  return busyboxArchive(scratch());
}

function tar(args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync('tar', args, { input });
}

it('is a Docker archive of one layer, which its configuration names by its digest', async () => {
  const bytes = await archive();
  const [manifest] = JSON.parse(tar(['-xO', 'manifest.json'], bytes).toString()) as [
    { Config: string; RepoTags: string[]; Layers: [string] },
  ];
  expect(manifest.RepoTags).toEqual(['docker.io/lab/busybox:1']);
  const config = JSON.parse(tar(['-xO', manifest.Config], bytes).toString()) as {
    rootfs: { diff_ids: string[] };
    config: { Cmd: string[] };
  };
  const layer = tar(['-xO', manifest.Layers[0]], bytes);
  expect(config.rootfs.diff_ids).toEqual([`sha256:${digest(layer)}`]);
  expect(config.config.Cmd[0]).toBe('/bin/sh');
});

it('has the programs that pods run, as links to busybox, owned by root', async () => {
  const layer = tar(['-xO', 'layer.tar'], await archive());
  const listed = tar(['-tv', '--numeric-owner'], layer).toString();
  for (const name of ['sh', 'ping', 'ip', 'httpd', 'nc', 'wget', 'sleep', 'cat'])
    expect(listed).toMatch(new RegExp(`^lrwxrwxrwx 0/0 .* bin/${name} -> busybox$`, 'm'));
  expect(listed).toMatch(/^-rwxr-xr-x 0\/0 +1000 1970.* bin\/busybox$/m);
  expect(listed).toMatch(/^drwxrwxrwt 0\/0 .* tmp\/$/m);
});

it('is the same each time', async () => {
  expect(digest(await archive())).toBe(digest(await archive()));
});
