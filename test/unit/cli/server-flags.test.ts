import { PassThrough } from 'node:stream';
import { Parser } from '@oclif/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { confirm } from '../../../src/cli/confirm.js';
import { serverFlags } from '../../../src/cli/server-flags.js';

describe('--nic', () => {
  it.each([['0000:5e:00.0'], ['pf0=0000:5e:00.1'], ['smart-nic=10de:af:1f.7']])('takes %s', async (text) => {
    const { flags } = await Parser.parse(['--nic', text], { flags: serverFlags });
    expect(flags.nic).toEqual([text]);
  });

  it('may be given several times', async () => {
    const argv = ['--server', 'local', '--nic', 'a=0000:5e:00.0', '--nic', 'b=0000:5e:00.1'];
    const { flags } = await Parser.parse(argv, { flags: serverFlags });
    expect(flags.nic).toEqual(['a=0000:5e:00.0', 'b=0000:5e:00.1']);
  });

  it.each([
    ['5e:00.0'],
    ['0000:5e:00.8'],
    ['0000:5E:00.0'],
    ['eth0'],
    ['=0000:5e:00.0'],
    ['0000:5e:00.0; reboot'],
    [''],
  ])('refuses %j in words that help', async (text) => {
    await expect(Parser.parse(['--nic', text], { flags: serverFlags })).rejects.toMatchObject({
      code: 'LAB-USAGE',
      problems: [
        {
          message: `\`${text}\` is not a PCI function`,
          hint: 'write domain:bus:device.function, as `lspci -D` does: --nic 0000:5e:00.0',
        },
      ],
    });
  });
});

describe('before this computer is changed', () => {
  const tty = process.stdin.isTTY;
  let said = '';

  beforeEach(() => {
    said = '';
    process.stdin.isTTY = false;
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => {
    process.stdin.isTTY = tty;
    vi.restoreAllMocks();
  });

  it('what is going to happen is said, agreed beforehand or not', async () => {
    await confirm(['This will:', 'make 2 VFs', 'make vDPA devices'], true, 'lab down mine');
    expect(said).toBe('This will:\n  - make 2 VFs\n  - make vDPA devices\n');
  });

  it('nobody there to agree is a refusal', async () => {
    await expect(confirm(['This will:', 'make 2 VFs'], false, 'lab down mine')).rejects.toMatchObject({
      code: 'LAB-NOT-AGREED',
      message: 'nothing was done: there is no terminal to confirm it on',
      problems: [{ hint: 'answer y, or confirm in advance with --yes; `lab down mine` undoes all changes' }],
    });
    expect(said).toContain('  - make 2 VFs\n');
  });

  it.each([
    ['y', true],
    ['YES', true],
    ['n', false],
    ['', false],
    ['yesterday', false],
  ])('the answer %j at a terminal: %s', async (answer, agreed) => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(terminal as unknown as typeof process.stdin);
    const asked = confirm(['This will:', 'make 2 VFs'], false, 'lab down mine');
    terminal.write(`${answer}\n`);
    if (agreed) await asked;
    else await expect(asked).rejects.toMatchObject({ message: 'nothing was done: you did not confirm it' });
    expect(said).toContain('Go on? [y/N] ');
  });
});
