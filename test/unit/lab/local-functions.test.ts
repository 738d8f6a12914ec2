import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { StateError } from '../../../src/errors/families.js';
import { undoLocalFunctions } from '../../../src/lab/local-functions.js';
import { LabFolder } from '../../../src/lab/record.js';
import { takeDown } from '../../../src/lab/take-down.js';
import { labWithNic } from '../../support/definition.js';
import { record } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const brought = record(labWithNic(), { holder: null });
let folder: LabFolder;
let journal: string;

/** What the way back does in place of the real one. */
function undoIs(script: string): void {
  writeFileSync(join(folder.run, 'functions-undo.sh'), script);
}

beforeEach(() => {
  folder = new LabFolder(scratch(), brought.id);
  mkdirSync(folder.run, { recursive: true });
  journal = join(folder.run, 'functions.journal');
  writeFileSync(join(folder.folder, 'state.json'), '{}');
});

describe('what a lab has done to this computer’s functions', () => {
  it('is nothing without a journal: the way back is not run', async () => {
    undoIs('touch ran');
    await undoLocalFunctions(folder, '/nowhere');
    expect(existsSync(join(folder.run, 'ran'))).toBe(false);
  });

  it('is taken back by `lab down`, in the lab’s folder', async () => {
    writeFileSync(journal, 'numvfs 0000:5e:00.0\n');
    undoIs('pwd > ../where.log; rm functions.journal');
    await takeDown(folder, brought);
    expect(readFileSync(join(folder.run, '../where.log'), 'utf8').trim()).toBe(folder.run);
    expect(existsSync(journal)).toBe(false);
    expect(existsSync(join(folder.folder, 'state.json'))).toBe(false);
  });

  it('is told when it stays, and the lab stays on record, so that `lab down` can be run again', async () => {
    writeFileSync(journal, 'eswitch 0000:5e:00.0 legacy\n');
    undoIs('echo "devlink: Device or resource busy" >&2; exit 1');
    const error: unknown = await takeDown(folder, brought).catch((reason: unknown) => reason);
    if (!(error instanceof StateError)) throw new Error('it was not told', { cause: error });
    expect(error.problems[0]).toMatchObject({ code: 'LAB-DOWN-FUNCTIONS', location: { file: journal } });
    expect((error.cause as Error).message).toBe('devlink: Device or resource busy');
    expect(readFileSync(journal, 'utf8')).toBe('eswitch 0000:5e:00.0 legacy\n');
    expect(existsSync(join(folder.folder, 'state.json'))).toBe(true);
    undoIs('rm functions.journal');
    await takeDown(folder, brought);
    expect(existsSync(join(folder.folder, 'state.json'))).toBe(false);
  });
});
