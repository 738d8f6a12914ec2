import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draftOf } from '../../../src/definition/draft-of.js';
import { loadDefinition } from '../../../src/definition/load.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { resolveLab } from '../../../src/definition/resolve.js';
import { withSettings } from '../../../src/definition/settings.js';
import { parseShape } from '../../../src/definition/shape-problems.js';
import { functionsOf } from '../../../src/model/lab.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** Where the function of a NIC is that has this `addr` in the file, or by --set. No rule looks at what else is there. */
function placeOf(addr: string, ...settings: string[]): string | undefined {
  const file = join(scratch(), 'lab.yaml');
  writeFileSync(file, `machines: { guest: { nics: { pf0: { backend: user, addr: ${addr} } } } }\n`);
  const lab = resolveLab(draftOf(parseShape(withSettings(loadDefinition(file), settings)), file));
  return lab.machines[0]?.nics[0]?.pf.addr;
}

describe('a place on a bus', () => {
  it.each([
    ['0x0.0x3', '0.3'],
    ['0x5', '5.0'],
    ['0xa', 'a.0'],
    ['0x10', '10.0'],
    ['0X1F.0X7', '1f.7'],
    ['"0x1e"', '1e.0'],
    ['10', '10.0'],
    ['1e.1', '1e.1'],
  ])('may be written %s, as QEMU’s documentation does', (addr, place) => {
    expect(placeOf(addr)).toBe(place);
  });

  it.each([
    ['machines.guest.nics.pf0.addr=0x1a', '1a.0'],
    ['machines.guest.nics.pf0.addr=0x1a.0x2', '1a.2'],
    ['machines.guest.nics.pf0={ backend: user, addr: 0x1a }', '1a.0'],
  ])('may be set so: %s', (set, place) => {
    expect(placeOf('"4.0"', set)).toBe(place);
  });

  it('is the only number that stays as it is written', () => {
    const file = join(scratch(), 'lab.yaml');
    writeFileSync(
      file,
      'machines: { guest: { cpus: 0x2, nics: { pf0: { backend: user, vectors: 0x10 } } } }\n',
    );
    const [machine] = readLab(file).lab.machines;
    expect(machine).toMatchObject({ cpus: 2, nics: [{ pf: { vectors: 16 } }] });
  });
});

describe('functions with a backend each', () => {
  it('need none at their NIC', () => {
    const file = join(scratch(), 'lab.yaml');
    writeFileSync(
      file,
      `networks: { lan: }
machines:
  guest:
    nics:
      nic0:
        model: virtio-net-multifunction
        functions: [{ backend: user }, { backend: { tap: lan } }]
`,
    );
    const [nic] = readLab(file).lab.machines[0]?.nics ?? [];
    expect(nic && functionsOf(nic).map(({ backend }) => backend?.type)).toEqual(['user', 'tap']);
  });
});
