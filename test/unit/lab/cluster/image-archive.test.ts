import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
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
