import { expect, it } from 'vitest';
import { ask } from '../../../src/lab/verify-image.js';

const limits = { limitMs: 1000, signal: new AbortController().signal };
const question = { name: 'ssh', script: 'ssh -V' };

it('a component answers when its script ends with 0, and its last line is the version', async () => {
  const agent = {
    run: async () => Promise.resolve({ exitCode: 0, stdout: 'fine\nOpenSSH 10\n', stderr: '' }),
  };
  expect(await ask(agent, question, limits)).toEqual({
    ok: true,
    title: 'ssh works',
    diagnostics: [],
    version: 'OpenSSH 10',
  });
});

it('one whose script fails does not, and what it said is shown', async () => {
  const agent = { run: async () => Promise.resolve({ exitCode: 1, stdout: '', stderr: 'refused\n' }) };
  expect(await ask(agent, question, limits)).toMatchObject({ ok: false, diagnostics: ['refused'] });
});

it('one that does not end in time does not either', async () => {
  const agent = { run: async () => Promise.reject(new Error('did not end in time')) };
  expect(await ask(agent, question, limits)).toMatchObject({
    ok: false,
    diagnostics: ['Error: did not end in time'],
  });
});
