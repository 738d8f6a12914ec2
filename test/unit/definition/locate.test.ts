import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionPath, findDefinition, shippedLabs } from '../../../src/definition/locate.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const before = process.cwd();
const shippedQuickstart = join(packageFolder(), 'labs/quickstart/lab.yaml');

beforeEach(() => {
  process.chdir(scratch());
});
afterEach(() => {
  process.chdir(before);
});

function here(path: string): string {
  return join(realpathSync(scratch()), path);
}

describe('LAB', () => {
  it('may be a folder, with or without its last slash', () => {
    mkdirSync('mine');
    writeFileSync('mine/lab.yaml', 'machines: { guest: {} }\n');
    for (const name of ['mine', 'mine/', './mine', here('mine')])
      expect(findDefinition(name)).toBe(here('mine/lab.yaml'));
    process.chdir('mine');
    expect(findDefinition('.')).toBe(here('mine/lab.yaml'));
  });

  it('may be a file of any name', () => {
    writeFileSync('three-vfs', 'machines: { guest: {} }\n');
    expect(findDefinition('three-vfs')).toBe(here('three-vfs'));
    expect(readLab('three-vfs')).toMatchObject({ file: here('three-vfs'), lab: { name: 'three-vfs' } });
  });

  it('may be a shipped lab’s name from any folder, also as labs/NAME', () => {
    for (const name of ['quickstart', 'labs/quickstart', 'labs/quickstart/'])
      expect(findDefinition(name)).toBe(shippedQuickstart);
    expect([...shippedLabs().keys()]).toContain('quickstart');
  });

  it('means what is here before what is shipped', () => {
    mkdirSync('quickstart');
    writeFileSync('quickstart/lab.yaml', '');
    expect(findDefinition('quickstart')).toBe(here('quickstart/lab.yaml'));
  });

  it('keeps its place when it has gone, so that a lab can be found that came up from it', () => {
    expect(definitionPath('gone')).toBe(here('gone/lab.yaml'));
    expect(definitionPath('gone.yaml')).toBe(here('gone.yaml'));
    expect(definitionPath('gone/lab.yml')).toBe(here('gone/lab.yml'));
  });

  it.each(['nothing', 'no/such/folder', '', 'lab.yaml', 'labs/none'])(
    '%j that is not there is refused, with the shipped ones',
    (name) => {
      let problem: unknown;
      try {
        findDefinition(name);
      } catch (error) {
        problem = (error as { problems: unknown[] }).problems[0];
      }
      expect(problem).toMatchObject({
        code: 'LAB-NOT-FOUND',
        message: expect.stringContaining(`\`${name}\``) as string,
        hint: expect.stringContaining('quickstart') as string,
      });
    },
  );

  it('is refused when it is a folder without a definition', () => {
    mkdirSync('empty');
    expect(() => findDefinition('empty')).toThrow(
      expect.objectContaining({ code: 'LAB-NOT-FOUND' }) as Error,
    );
  });
});
