import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/errors/lab-error.js';
import { DefinitionError } from '../../../src/errors/families.js';
import { labFromValue } from '../../../src/definition/lab-from-definition.js';
import type { Expectation } from '../../../src/model/lab.js';
import type { MachineFile } from '../../../src/definition/shape.js';

function problemsOf(machine: MachineFile, expect: Expectation = 'works'): readonly Problem[] {
  try {
    labFromValue({ expect, machines: { guest: machine } }, 'lab.yaml');
    return [];
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
}

const pfFirst: MachineFile = { nics: { pf0: { backend: 'user', order: 'pf-first', vfs: 12 } } };
const sound: MachineFile = { nics: { pf0: { backend: 'user', vfs: 12 } } };

describe('a composition that QEMU refuses', () => {
  it('is one problem, however many VFs one key spoils', () => {
    expect(problemsOf(pfFirst).map(({ code }) => code)).toEqual(['LAB-RULE-SRIOV-ORDER']);
  });

  it('is what a lab that expects it is for', () => {
    expect(problemsOf(pfFirst, 'refused')).toEqual([]);
  });

  it('is a problem where it is expected and does not come', () => {
    expect(problemsOf(sound)).toEqual([]);
    expect(problemsOf(sound, 'refused').map(({ code }) => code)).toEqual(['LAB-RULE-EXPECT']);
  });

  it('is not looked for while a device is not yet known', () => {
    const machine: MachineFile = {
      nics: { ...pfFirst.nics, other: { backend: 'user', model: 'no-such-model' } },
    };
    expect(problemsOf(machine).map(({ code }) => code)).toEqual(['LAB-RULE-MODEL']);
    expect(problemsOf(machine, 'refused').map(({ code }) => code)).toEqual(['LAB-RULE-MODEL']);
  });

  it('is looked for although a network is wrong', () => {
    const machine: MachineFile = { nics: { pf0: { ...pfFirst.nics?.['pf0'], backend: { tap: 'nowhere' } } } };
    expect(
      problemsOf(machine)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['LAB-RULE-NETWORK', 'LAB-RULE-SRIOV-ORDER']);
  });
});

describe('a trap', () => {
  const trap: MachineFile = { nics: { pf0: { backend: 'user', vfs: [{ pf: 'nobody' }] } } };

  it('is a problem in any lab, and no refusal', () => {
    expect(problemsOf(trap).map(({ code }) => code)).toEqual(['LAB-RULE-SRIOV-PF']);
    expect(
      problemsOf(trap, 'refused')
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['LAB-RULE-EXPECT', 'LAB-RULE-SRIOV-PF']);
  });
});
