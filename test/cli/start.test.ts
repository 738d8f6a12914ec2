import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';
import { usePlace } from './support/lab.js';

const place = usePlace();
const KIB = 1024;

/** The bytes of dist/ that a command loads: V8 tells which scripts it has seen. */
async function loadedBytes(...argv: string[]): Promise<number> {
  const folder = join(place().folder, `coverage-${argv.join('-')}`);
  place().environment['NODE_V8_COVERAGE'] = folder;
  expect(await place().lab(...argv)).toMatchObject({ exitCode: 0 });
  const dist = join(packageFolder(), 'dist/');
  const files = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
  });
  return files.filter((file) => file.startsWith(dist)).reduce((sum, file) => sum + statSync(file).size, 0);
}

describe('what a start loads', () => {
  it.each([['--help'], ['--version'], ['-v']])('lab %s does without the framework', async (word) => {
    expect(await loadedBytes(word)).toBeLessThan(60 * KIB);
  });

  it('lab validate loads what reads a definition, and nothing that runs one', async () => {
    expect(await loadedBytes('validate', 'quickstart')).toBeLessThan(1500 * KIB);
  });
});

describe('compiled code', () => {
  it('is kept in the cache for the next start, for this user alone', async () => {
    const cache = join(place().folder, 'cache');
    place().environment['XDG_CACHE_HOME'] = cache;
    await place().lab('validate', 'quickstart');
    const folder = join(cache, 'sriov-lab/compiled');
    expect(readdirSync(folder, { recursive: true }).length).toBeGreaterThan(1);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(cache, 'sriov-lab')).mode & 0o777).toBe(0o700);
    expect(await place().lab('validate', 'quickstart')).toEqual({
      exitCode: 0,
      stdout: 'valid\n',
      stderr: '',
    });
  });

  it('is done without where it cannot be kept', async () => {
    place().environment['XDG_CACHE_HOME'] = place().write('file', '');
    expect(await place().lab('validate', 'quickstart')).toEqual({
      exitCode: 0,
      stdout: 'valid\n',
      stderr: '',
    });
    place().environment['XDG_CACHE_HOME'] = '/proc/nowhere';
    expect(await place().lab('validate', 'quickstart')).toMatchObject({ exitCode: 0, stderr: '' });
    const cache = join(place().folder, 'cache');
    mkdirSync(cache);
    place().environment['XDG_CACHE_HOME'] = cache;
    const entry = `'${process.execPath}' '${join(packageFolder(), 'bin/run.js')}'`;
    const script = `mount -t tmpfs -o ro none "$XDG_CACHE_HOME" && ${entry} validate quickstart`;
    expect(await place().run(['unshare', '-Urm', 'sh', '-c', script]).outcome).toEqual({
      exitCode: 0,
      stdout: 'valid\n',
      stderr: '',
    });
  });

  it('of a damaged cache does no harm', async () => {
    const cache = join(place().folder, 'cache');
    place().environment['XDG_CACHE_HOME'] = cache;
    await place().lab('validate', 'quickstart');
    const damage = 'find cache -type f -exec sh -c \'for file; do echo damaged >"$file"; done\' sh {} +';
    await place().run(['sh', '-c', damage]).outcome;
    expect(await place().lab('validate', 'quickstart')).toEqual({
      exitCode: 0,
      stdout: 'valid\n',
      stderr: '',
    });
  });
});
