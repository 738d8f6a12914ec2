import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readLab } from '../../../src/definition/read-lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import { networkView } from '../../../src/render/network-view.js';
import { renderTemplate } from '../../../src/render/templates.js';
import { lab } from '../../support/definition.js';

// NAME.sh is the network.sh of a lab. After a change that was meant:
//   npx vitest run --project golden -u
const folder = fileURLToPath(new URL('.', import.meta.url));

function script(of: ReturnType<typeof lab>): string {
  return renderTemplate('network.sh', networkView(of, null));
}

it.each(['vlan', 'user-net'])('the network.sh of labs/%s', async (name) => {
  const { lab: shipped } = readLab(join(packageFolder(), 'labs', name));
  await expect(script(shipped)).toMatchFileSnapshot(join(folder, `${name}.sh`));
});

it('has a tap with several queues where a function has', () => {
  const text = script(
    lab({
      networks: { lan: {} },
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan' }, queues: 2 } } } },
    }),
  );
  expect(text).toContain('tuntap add dev guest-pf0 mode tap multi_queue\n');
});

it('keeps plain networks apart from those with VLANs', () => {
  const text = script(
    lab({
      networks: { lan: {}, trunk: { vlans: [10] } },
      peers: { one: { network: 'lan' }, two: { network: 'trunk', vlan: 10 } },
      machines: { guest: {} },
    }),
  );
  expect(text).toContain('ip link set one master lan up\n');
  expect(text).toContain('access_port two trunk 10 trunk.10\n');
});

it('gives the bridges of VLANs names that the kernel takes, and no two the same', () => {
  const text = script(
    lab({
      networks: { 'network-of-ours': { vlans: [4094, 4093] }, 'network-of-thei': { vlans: [4094] } },
      machines: { guest: {} },
    }),
  );
  const names = [...text.matchAll(/ip link add (\S+) type bridge/g)].map(([, name]) => name ?? '');
  expect(new Set(names).size).toBe(5);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(15);
});
