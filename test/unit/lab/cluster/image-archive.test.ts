import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readImageArchive } from '../../../../src/lab/cluster/image-archive.js';
import { runOrThrow } from '../../../../src/process/run.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();
const LAYER = Buffer.alloc(300_000, 7);

/** A tar archive of files by their names. */
async function archive(files: Readonly<Record<string, string | Buffer>>, prefix = ''): Promise<string> {
  const folder = join(scratch(), 'content');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const file = join(scratch(), 'image.tar');
  const names = Object.keys(files).map((name) => `${prefix}${name}`);
  await runOrThrow(['tar', '-C', folder, '-cf', file, ...names]);
  return file;
}

const docker = {
  'layer.tar': LAYER,
  'manifest.json': JSON.stringify([
    { Config: 'config.json', RepoTags: ['docker.io/lab/plugin:1'], Layers: [] },
  ]),
};

function oci(annotations: object | undefined): Record<string, string | Buffer> {
  return { blob: LAYER, 'index.json': JSON.stringify({ schemaVersion: 2, manifests: [{ annotations }] }) };
}

async function refusal(file: string): Promise<unknown> {
  return readImageArchive(file).catch((error: unknown) => (error as { problems: unknown[] }).problems[0]);
}

describe('an archive of images', () => {
  it('of docker names them, also behind ./ and compressed', async () => {
    const expected = { format: 'docker', names: ['docker.io/lab/plugin:1'] };
    expect(await readImageArchive(await archive(docker))).toMatchObject(expected);
    const file = await archive(docker, './');
    const found = await readImageArchive(file);
    expect(found).toMatchObject(expected);
    expect(found.bytes).toBe(readFileSync(file).length);
    writeFileSync(file, gzipSync(readFileSync(file)));
    expect(await readImageArchive(file)).toMatchObject(expected);
  });

  it('of OCI names them by an annotation, the one with the registry first', async () => {
    const short = { 'org.opencontainers.image.ref.name': '1' };
    expect(await readImageArchive(await archive(oci(short)))).toMatchObject({ format: 'oci', names: ['1'] });
    const both = { ...short, 'io.containerd.image.name': 'docker.io/lab/plugin:1' };
    expect(await readImageArchive(await archive(oci(both)))).toMatchObject({
      names: ['docker.io/lab/plugin:1'],
    });
  });

  const config = (architecture: string, os = 'linux'): string =>
    JSON.stringify({ architecture, os, rootfs: {} });
  const blob = (digest: string): string => `blobs/sha256/${digest}`;
  const to = (digest: string): object => ({ digest: `sha256:${digest}` });

  it('of docker tells what each image is for, wherever its configuration stands', async () => {
    const manifest = [
      { Config: 'a.json', RepoTags: ['a:1', 'a:2'] },
      { Config: blob('b'), RepoTags: ['b:1'] },
      { Config: 'gone.json', RepoTags: ['c:1'] },
      { RepoTags: ['d:1'] },
    ];
    const file = await archive({
      'a.json': config('arm64'),
      'manifest.json': JSON.stringify(manifest),
      [blob('b')]: config('amd64', 'windows'),
      'layer.tar': LAYER,
    });
    expect((await readImageArchive(file)).images).toEqual([
      { name: 'a:1', platforms: ['linux/arm64'] },
      { name: 'a:2', platforms: ['linux/arm64'] },
      { name: 'b:1', platforms: ['windows/amd64'] },
      { name: 'c:1', platforms: [] },
      { name: 'd:1', platforms: [] },
    ]);
  });

  it('of OCI tells it by what its index leads to: a manifest, or an index of several with attestations', async () => {
    const name = (text: string): object => ({ annotations: { 'io.containerd.image.name': text } });
    const file = await archive({
      [blob('c1')]: config('amd64'),
      [blob('c2')]: config('arm64'),
      [blob('c3')]: config('unknown', 'unknown'),
      [blob('m1')]: JSON.stringify({ config: to('c1') }),
      [blob('m2')]: JSON.stringify({ config: to('c2') }),
      [blob('m3')]: JSON.stringify({ config: to('c3') }),
      [blob('several')]: JSON.stringify({ manifests: [to('m1'), to('m2'), to('m3'), to('gone')] }),
      [blob('ring')]: JSON.stringify({ manifests: [to('ring')] }),
      'index.json': JSON.stringify({
        manifests: [
          { ...to('m2'), ...name('one:1') },
          { ...to('several'), ...name('several:1') },
          { ...to('ring'), ...name('ring:1') },
          name('nothing:1'),
        ],
      }),
    });
    expect((await readImageArchive(file)).images).toEqual([
      { name: 'one:1', platforms: ['linux/arm64'] },
      { name: 'several:1', platforms: ['linux/amd64', 'linux/arm64'] },
      { name: 'ring:1', platforms: [] },
      { name: 'nothing:1', platforms: [] },
    ]);
  });

  it.each([
    ['that names none', async () => archive(oci(undefined)), 'does not name its images'],
    ['of other files', async () => archive({ notes: 'x' }), 'not one of container images'],
    ['with a broken table', async () => archive({ 'manifest.json': '[{' }), 'table of contents'],
    ['that is not there', async () => Promise.resolve('/nowhere/image.tar'), 'cannot be read'],
    ['that is a folder', async () => Promise.resolve(scratch()), 'cannot be read'],
  ])('%s is refused', async (_, make, message) => {
    const file = await make();
    expect(await refusal(file)).toMatchObject({
      code: 'LAB-IMAGE-ARCHIVE',
      message: expect.stringContaining(message) as string,
      location: { file },
      hint: expect.stringContaining('docker save') as string,
    });
  });

  it('that is no tar at all, or empty, is refused', async () => {
    const file = join(scratch(), 'image.tar');
    writeFileSync(file, Buffer.alloc(2048, 'x'));
    expect(await refusal(file)).toMatchObject({ message: 'it is not a tar archive' });
    writeFileSync(file, '');
    expect(await refusal(file)).toMatchObject({ message: 'the archive is cut short' });
    writeFileSync(file, Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(500)]));
    expect(await refusal(file)).toMatchObject({ message: 'the archive cannot be read' });
  });

  it.each([400, 100_000, 301_000])('that ends after %i bytes is refused', async (bytes) => {
    const file = await archive(docker);
    truncateSync(file, bytes);
    expect(await refusal(file)).toMatchObject({ message: 'the archive is cut short' });
  });
});
