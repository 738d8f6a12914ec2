import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shippedLabs } from '../../src/definition/locate.js';
import { faultyQemu } from './support/faulty-qemu.js';
import { Sandbox } from './support/sandbox.js';

const refused = [...shippedLabs().keys()].filter((name) => name.startsWith('refused/'));
let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => {
  await sandbox.dispose();
});

describe('labs that QEMU must refuse', () => {
  it('are shipped', () => {
    expect(refused.length).toBeGreaterThanOrEqual(8);
  });

  it.each(refused)('%s is refused, in QEMU’s own words', async (name) => {
    const { exitCode, stdout } = await sandbox.lab('test', name);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/^ {4}ok 2 - QEMU gives the reason: \S/m);
    expect(stdout).toMatch(/^ {4}# QEMU: -device /m);
    expect((await sandbox.lab('status', '--json')).stdout).toContain('"labs": []');
  });

  // Stand-ins for a QEMU without the rule: they mend what is wrong before the real one sees it, or break something else.
  it.each([
    ['accepts them', 's/addr=0\\.4/addr=0.3/', /not ok 1 - QEMU refuses the composition/],
    [
      'refuses them for another reason',
      's/netdev=net-pf0\\.vf0/netdev=none/',
      /not ok 2 - QEMU refuses it for the expected reason/,
    ],
  ])('fail their check when QEMU %s', async (_how, edit, complaint) => {
    const qemu = faultyQemu(sandbox.folder, edit);
    const { exitCode, stdout } = await sandbox.lab('test', 'refused/uneven-stride', '--qemu', qemu);
    expect(exitCode, stdout).toBe(1);
    expect(stdout).toMatch(complaint);
    expect(await sandbox.leftovers()).toEqual([]);
  });

  it('cannot be brought up', async () => {
    const { exitCode, stderr } = await sandbox.lab('up', 'refused/pf-first');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('[LAB-UP-REFUSED]');
  });
});
