import { describe, expect, it } from 'vitest';
import { check, expectedBytes, judgeDrive } from '../../../src/checks/storage/run.js';
import { firstTarget, lab } from '../../support/definition.js';
import type { CheckTarget } from '../../../src/checks/check.js';

const MIB = 1024 * 1024;

function target(vfs: number): CheckTarget {
  return firstTarget(
    lab({
      machines: { guest: { nics: { pf0: { backend: 'user', vfs: 1 }, disk: { model: 'nvme', vfs } } } },
      checks: [{ storage: { mebibytes: 2 } }],
    }),
  );
}

function scriptOf(of: CheckTarget): string {
  const [script] = check.scripts(of, 'tcg');
  if (script === undefined) throw new Error('the check has no script');
  return script.content;
}

describe('the check storage', () => {
  it('is about the storage devices of a lab alone', () => {
    expect(target(2).nic.name).toBe('disk');
  });

  it('lets another VF and the PF read what each VF has written', () => {
    expect(scriptOf(target(3)).match(/^(writes|reads) .*$/gm)).toEqual([
      'writes vf0 0000:02:00.1',
      'reads vf1 0000:02:00.2 vf0',
      'reads disk 0000:02:00.0 vf0',
      'writes vf1 0000:02:00.2',
      'reads vf2 0000:02:00.3 vf1',
      'reads disk 0000:02:00.0 vf1',
      'writes vf2 0000:02:00.3',
      'reads vf0 0000:02:00.1 vf2',
      'reads disk 0000:02:00.0 vf2',
    ]);
    expect(expectedBytes(target(3))).toEqual({ written: 6 * MIB, read: 12 * MIB });
  });

  it('has the PF alone to read what an only VF has written', () => {
    expect(scriptOf(target(1)).match(/^reads .*$/gm)).toEqual(['reads disk 0000:02:00.0 vf0']);
    expect(expectedBytes(target(1))).toEqual({ written: 2 * MIB, read: 2 * MIB });
  });

  it('wants each VF online with its resources, and the namespace in its whole size', () => {
    const script = scriptOf(target(2));
    expect(script).toContain("'1 1 2 1\n2 1 2 1'");
    expect(script).toContain(`size_sectors=${(64 * MIB) / 512}`);
  });
});

describe('what is judged of QEMU’s drive', () => {
  const before = { written: 100, read: 1000 };

  it('passes when it moved as much as the guest says, or more', () => {
    const after = { written: 100 + 2 * MIB, read: 1000 + 5 * MIB };
    expect(judgeDrive(before, after, { written: 2 * MIB, read: 4 * MIB }).every(({ ok }) => ok)).toBe(true);
  });

  it('fails when less was written, or less was read', () => {
    const expected = { written: 2 * MIB, read: 4 * MIB };
    expect(judgeDrive(before, { written: 99 + 2 * MIB, read: 1000 + 4 * MIB }, expected)).toMatchObject([
      { ok: false, diagnostics: [`counted: ${2 * MIB - 1} bytes`, `written: ${2 * MIB} bytes`] },
      { ok: true },
    ]);
    expect(judgeDrive(before, { written: 100 + 2 * MIB, read: 1000 }, expected)).toMatchObject([
      { ok: true },
      { ok: false },
    ]);
  });
});
