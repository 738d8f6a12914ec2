import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { complaintAbout } from '../support/definition.js';
import { useScratch } from '../support/scratch.js';

// NAME.yaml is a wrong definition, NAME.txt what a user is told of it. After a change of wording that was meant:
//   npx vitest run --project golden -u
const folder = fileURLToPath(new URL('errors', import.meta.url));
const names = readdirSync(folder).flatMap((name) => (name.endsWith('.yaml') ? [name.slice(0, -5)] : []));
const scratch = useScratch();
const here = process.cwd();

beforeEach(() => {
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(here);
});

const withoutPlace = ['a-directory'];

describe('the errors of a definition', () => {
  it.each(names)('%s', async (name) => {
    const complaint = complaintAbout(`${name}.yaml`);
    if (complaint === undefined) throw new Error(`${name}.yaml is not wrong`);
    await expect(`${complaint}\n`).toMatchFileSnapshot(join(folder, `${name}.txt`));
    for (const problem of complaint.split(/\n(?! )/)) {
      const place = withoutPlace.includes(name) ? '' : ':\\d+:\\d+';
      expect(problem).toMatch(new RegExp(`^${name}\\.yaml${place}: .+ \\[LAB-[A-Z-]+\\]\n {2}next: .+`));
    }
    expect(complaint).not.toMatch(/zod|Invalid input|received|undefined|\[object|\n\s+at /);
  });

  it('has a text for each definition and no other', () => {
    const texts = readdirSync(folder).filter((name) => name.endsWith('.txt'));
    expect(texts.sort()).toEqual(names.map((name) => `${name}.txt`).sort());
  });

  it('a file of two megabytes is not read', () => {
    const file = join(scratch(), 'big.yaml');
    writeFileSync(file, 'x: 1\n'.repeat(420_000));
    expect(complaintAbout(file)).toBe(
      `${file}: the file has 2100000 bytes; at most 1048576 are read [LAB-FILE-SIZE]\n  next: check that this is a lab definition`,
    );
  });

  it('a file that is not there is said to be unreadable, with the system’s reason', () => {
    expect(complaintAbout(join(scratch(), 'none.yaml'))).toMatch(
      /the file cannot be read \[LAB-FILE-READ\]\n {2}next: .+\n {2}because: ENOENT/,
    );
  });

  it('the replacement character itself is no encoding error, and the place is that of the first wrong byte', () => {
    const file = join(scratch(), 'lab.yaml');
    writeFileSync(file, Buffer.concat([Buffer.from('summary: "\ufffd"\nname: "é'), Buffer.from([0xff]), Buffer.from('"\n')]));
    expect(complaintAbout(file)).toContain(`${file}:2:9: the file is not UTF-8`);
  });

  it('a byte order mark and Windows line ends are accepted', () => {
    const file = join(scratch(), 'lab.yaml');
    writeFileSync(file, '\ufeffmachines:\r\n  guest: {}\r\n');
    expect(complaintAbout(file)).toBeUndefined();
  });

  it('deep nesting is refused without overflowing anything', () => {
    const file = join(scratch(), 'lab.yaml');
    writeFileSync(file, `machines: ${'['.repeat(200_000)}`);
    const complaint = complaintAbout(file);
    expect(complaint).toBeDefined();
    expect(complaint).not.toContain('LAB-INTERNAL');
  }, 60_000);
});
