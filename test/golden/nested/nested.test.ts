import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderLab } from '../../../src/lab/artefacts.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { functionsOf, machinesAround, machinesInside } from '../../../src/model/lab.js';
import { drawLab, GRAPH_FORMATS } from '../../../src/report/graph/formats.js';

// Depth is not hard-wired. After a change that is meant: `npx vitest run --project golden -u`, and look at the picture.
const { lab } = readLab(fileURLToPath(new URL('three-levels.yaml', import.meta.url)));

function golden(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

describe('a lab of three levels', () => {
  it('has each machine inside the next', () => {
    expect(machinesInside(lab, 'server').map(({ name }) => name)).toEqual(['host', 'guest']);
    expect(lab.machines.map((machine) => machinesAround(lab, machine).map(({ name }) => name))).toEqual([
      [],
      ['server'],
      ['server', 'host'],
    ]);
  });

  it('comes out, from the innermost machine, where the functions of the outermost do', () => {
    const guest = lab.machines.at(-1);
    const segments = guest?.nics.flatMap(functionsOf).map(({ name, segment }) => [name, segment]);
    expect(segments).toEqual([
      ['pf0', { network: 'wire', vlan: 10 }],
      ['vf0', { network: 'wire', vlan: 20 }],
      ['vf1', { network: 'wire', vlan: 20 }],
      ['vf2', { network: 'private', vlan: null }],
    ]);
  });

  it('has an IOMMU in each machine that vDPA is made in', () => {
    expect(lab.machines.map(({ name, iommu }) => [name, iommu])).toEqual([
      ['server', true],
      ['host', true],
      ['guest', false],
    ]);
  });

  it('is rendered, with arguments for each machine', () => {
    const paths = renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' }).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['server.qemu', 'server/host.qemu', 'server/host/guest.qemu', 'server/functions.sh', 'server/host/functions.sh']));
  });

  it.each(GRAPH_FORMATS)('is drawn as %s', async (format) => {
    const ending = format === 'mermaid' ? 'mmd' : format;
    await expect(drawLab(lab, format)).toMatchFileSnapshot(golden(`three-levels.${ending}`));
  });
});
