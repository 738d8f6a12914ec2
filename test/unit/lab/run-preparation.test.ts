import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MachineError } from '../../../src/errors/families.js';
import { LocalHost } from '../../../src/hosts/local-host.js';
import { runPreparation } from '../../../src/lab/run-preparation.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** Runs a script that consists of `text`. */
async function prepared(text: string): Promise<{ log: string; error: unknown }> {
  const host = new LocalHost(scratch(), '/nowhere');
  await host.putFile('functions.sh', text);
  const log = join(scratch(), 'server.functions.log');
  const options = { id: 'mine-12345678', log, limitMs: 10_000, signal: new AbortController().signal };
  try {
    await runPreparation(host, 'functions.sh', options);
    return { log, error: undefined };
  } catch (error) {
    return { log, error };
  }
}

function asMachineError(error: unknown): MachineError {
  if (error instanceof MachineError) return error;
  throw new Error('it is no MachineError', { cause: error });
}

it('a refusal is an error with its code, words and remedy, and the log as the place, whatever was said around it', async () => {
  const { log, error } = await prepared(
    'printf "%s\\n" "dmesg: noise" LAB-HOST-IOMMU "function 1 is behind no IOMMU" "switch it on" "more noise" >&2; exit 1',
  );
  const { problems, exitCode, cause } = asMachineError(error);
  expect(problems).toEqual([
    {
      code: 'LAB-HOST-IOMMU',
      message: 'function 1 is behind no IOMMU',
      hint: 'switch it on',
      location: { file: log },
    },
  ]);
  expect(exitCode).toBe(3);
  expect(cause).toBeUndefined();
  expect(readFileSync(log, 'utf8')).toContain('dmesg: noise\nLAB-HOST-IOMMU\n');
});

it.each([
  [
    'ip: RTNETLINK answers: Operation not permitted',
    'echo "ip: RTNETLINK answers: Operation not permitted" >&2; exit 2',
  ],
  ['LAB-HOST-PF', 'echo LAB-HOST-PF >&2; exit 1'],
  ['LAB-HOST-PF\nit has no VFs', 'printf "%s\\n" LAB-HOST-PF "it has no VFs" >&2; exit 1'],
  ['one\ntwo\nthree\nfour', 'printf "%s\\n" "" one two three four >&2; exit 1'],
  ['', 'exit 7'],
])('what ends otherwise (%j) is LAB-HOST-SCRIPT, with its words as the cause', async (words, script) => {
  const { log, error } = await prepared(script);
  const { problems, cause } = asMachineError(error);
  expect(problems[0]).toMatchObject({
    code: 'LAB-HOST-SCRIPT',
    message: 'functions.sh failed in this computer',
    location: { file: log },
    hint: expect.stringContaining('lab logs') as string,
  });
  expect((cause as Error).message).toBe(words);
});

it('a code in the words of a script that succeeds is no refusal', async () => {
  const { log, error } = await prepared('echo LAB-HOST-PF >&2');
  expect(error).toBeUndefined();
  expect(readFileSync(log, 'utf8')).toBe('LAB-HOST-PF\n');
});

it('a script that does not end in time, or is interrupted, is ended', async () => {
  const host = new LocalHost(scratch(), '/nowhere');
  await host.putFile('functions.sh', 'exec sleep 600');
  const run = async (limitMs: number, signal: AbortSignal): Promise<void> =>
    runPreparation(host, 'functions.sh', {
      id: 'mine-12345678',
      log: join(scratch(), 'log'),
      limitMs,
      signal,
    });
  await expect(run(50, new AbortController().signal)).rejects.toThrow();
  const controller = new AbortController();
  const running = run(600_000, controller.signal);
  controller.abort(new Error('interrupted'));
  await expect(running).rejects.toThrow('interrupted');
});
