import { expect, it } from 'vitest';
import { complaintAbout, lab } from '../../support/definition.js';
import { useScratch } from '../../support/scratch.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const scratch = useScratch();

it('the check cni-attach on an image without the plugins is refused, and on one with them is not', () => {
  const file = join(scratch(), 'lab.yaml');
  const complaintWith = (image: string, components: string, check = 'cni-attach'): string | undefined => {
    writeFileSync(
      file,
      `images: { mine: { base: debian-13, components: [${components}] } }
networks: { lan: {} }
peers: { server: { network: lan } }
machines: { guest: { image: ${image}, nics: { pf0: { backend: { tap: lan }, vfs: 1 } } } }
checks: [${check}]
`,
    );
    return complaintAbout(file);
  };
  expect(complaintWith('micro', 'ssh')).toMatch(/:5:10: .*guest lacks it \[LAB-RULE-PLUGINS\]/);
  expect(complaintWith('mine', 'ssh')).toContain('LAB-RULE-PLUGINS');
  expect(complaintWith('mine', 'cni-plugins')).toBeUndefined();
  expect(complaintWith('debian-13', 'ssh')).toBeUndefined();

  const sriov = 'cni-attach: { plugin: sriov-virtio }';
  expect(complaintWith('mine', 'cni-plugins', sriov)).toMatch(/plugin sriov-virtio needs sriov-cni, but/);
  expect(complaintWith('mine', 'sriov-cni', sriov)).toMatch(/plugin sriov-virtio needs cni-plugins, but/);
  expect(complaintWith('mine', 'cni-plugins, sriov-cni', sriov)).toBeUndefined();
  expect(complaintWith('debian-13', 'ssh', sriov)).toBeUndefined();
});

function complaint(images: string): string | undefined {
  const file = join(scratch(), 'lab.yaml');
  writeFileSync(file, `images: { mine: ${images} }\nmachines: { guest: { image: mine } }\n`);
  return complaintAbout(file);
}

it('an image of a definition is its base and its components, each a layer, with the guest agent below them', () => {
  const { images, machines } = lab({
    images: { mine: { base: 'debian-13', components: ['ssh', { 'cni-plugins': '1.9.0' }] } },
    machines: { guest: { image: 'mine' }, other: {} },
  });
  expect(images).toEqual([
    {
      name: 'mine',
      base: 'debian-13',
      source: null,
      layers: [
        [{ component: 'guest-agent', version: null }],
        [{ component: 'ssh', version: null }],
        [{ component: 'cni-plugins', version: '1.9.0' }],
      ],
    },
  ]);
  expect(machines.map(({ disk }) => disk)).toEqual([true, false]);
});

it('a base may be a qcow2, as seen from the definition, or one that is fetched, with its checksum', () => {
  const sha256 = 'a'.repeat(64);
  const url = 'https://example.org/disk.qcow2';
  const { images } = lab({
    images: {
      here: { base: './disk.qcow2', components: ['ssh'] },
      there: { base: { url, sha256 } },
    },
    machines: { one: { image: 'here' }, other: { image: 'there' } },
  });
  expect(images.map(({ base, source }) => ({ base, source }))).toEqual([
    {
      base: './disk.qcow2',
      source: { kind: 'file', path: expect.stringMatching(/^\/.*\/disk\.qcow2$/) as string },
    },
    { base: url, source: { kind: 'download', url, sha256 } },
  ]);
  expect(complaint('{ base: ./disk.qcow2 }')).toBeUndefined();
  expect(complaint(`{ base: { url: '${url}', sha256: ${sha256} } }`)).toBeUndefined();
  expect(complaint(`{ base: { url: '${url}' } }`)).toMatch(/LAB-SHAPE/);
  expect(complaint(`{ base: { url: 'file:///disk.qcow2', sha256: ${sha256} } }`)).toMatch(
    /address of a qcow2/,
  );
  expect(complaint(`{ base: { url: '${url}', sha256: abc } }`)).toMatch(/SHA-256/);
});

it('an image of lab’s is resolved as well, and `micro` has no layers', () => {
  const { images } = lab({ machines: { guest: { image: 'debian-13' }, other: { image: 'micro' } } });
  expect(images.map(({ name }) => name)).toEqual(['debian-13']);
});

it('a base, a component or a version that cannot be is told with its place', () => {
  expect(complaint('{ base: debian-31 }')).toMatch(/:1:25: .*no base.*LAB-RULE-BASE.*\n.*debian-13/);
  expect(complaint('{ base: debian-13, components: [shh] }')).toMatch(/LAB-RULE-COMPONENT.*\n.*`ssh`/);
  expect(complaint('{ base: debian-13, components: [ssh, ssh] }')).toMatch(/twice/);
  expect(complaint('{ base: debian-13, components: [{ ssh: 1.0 }] }')).toMatch(/cni-plugins/);
  expect(complaint('{ base: debian-13, components: [{ ssh: 1, qemu: 2 }] }')).toMatch(/name one/);
  expect(complaint('{ base: debian-13, components: [cni-plugins: 1.9.1] }')).toBeUndefined();
});
