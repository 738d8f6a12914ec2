import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLab, type ReadLab } from '../../../src/definition/read-lab.js';
import { availableMiB, examineLab } from '../../../src/lab/examine-lab.js';
import type { Lab } from '../../../src/model/lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import { silentTask } from '../../../src/model/task.js';
import type { Probe } from '../../../src/toolchain/doctor.js';
import { environmentIn } from '../../support/environment.js';
import { labWithNic } from '../../support/definition.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

function shipped(name: string): ReadLab {
  return readLab(join(packageFolder(), 'labs', name));
}

function read(lab: Lab): ReadLab {
  return { lab, file: '/labs/example/lab.yaml', text: '', settings: [] };
}

/** The probes by name, with an empty cache. */
async function probesFor(of: ReadLab): Promise<Map<string, Probe>> {
  const probes = await examineLab(of, { environment: environmentIn(scratch()) }, silentTask());
  return new Map(probes.map((probe) => [probe.name, probe]));
}

describe('lab doctor --for', () => {
  it('asks for a lab on taps what taps need, its memory and its images, and nothing of other labs', async () => {
    const probes = await probesFor(shipped('quickstart'));
    expect([...probes.keys()]).toEqual(
      expect.arrayContaining(['/dev/net/tun', '/dev/vhost-net', 'memory', 'images', 'user namespaces']),
    );
    expect(probes.get('images')).toMatchObject({ verdict: 'warning', found: 'micro: not built' });
    for (const name of [
      'locked memory',
      'image programs',
      'libguestfs',
      'Kubernetes',
      'KVM inside a guest',
      'devices that the lab names',
    ])
      expect(probes.has(name), name).toBe(false);
  });

  it('asks a lab without taps for none', async () => {
    const probes = await probesFor(shipped('user-net'));
    expect(probes.has('/dev/net/tun')).toBe(false);
    expect(probes.has('/dev/vhost-net')).toBe(false);
  });

  it('asks a lab with a cluster for Kubernetes, whose image is built from Debian', async () => {
    const probes = await probesFor(shipped('k8s'));
    expect(probes.get('Kubernetes')).toMatchObject({ required: true, verdict: 'warning' });
    expect(probes.get('Kubernetes')?.found).toMatch(/^\d+\.\d+\.\d+, not built yet$/);
    expect(probes.get('images')?.found).toBe('kubernetes-node: not built');
    expect(probes.get('mmdebstrap')?.required).toBe(true);
    expect(probes.get('image programs')?.required).toBe(true);
  });

  it('asks a lab with machines inside another whether KVM serves there', async () => {
    const inside = (await probesFor(shipped('vdpa'))).get('KVM inside a guest');
    expect(inside?.required).toBe(false);
    expect(inside?.found).toMatch(/KVM (supports|does not support) nested guests/);
  });

  it('requires libguestfs for an image of Rocky Linux that is not built', async () => {
    const lab = labWithNic();
    const [machine] = lab.machines;
    if (machine === undefined) throw new Error('the lab has no machine');
    const rocky = { name: 'rocky-9', base: 'rocky-9', source: null, layers: [] };
    const of = read({ ...lab, images: [rocky], machines: [{ ...machine, image: 'rocky-9' }] });
    const probes = await probesFor(of);
    expect(probes.get('libguestfs')).toMatchObject({ required: true });
    expect(probes.has('image programs')).toBe(false);
  });

  it('says that a device which the lab names is not there', async () => {
    const probes = await probesFor(read(labWithNic({ backend: { vdpa: '/dev/vhost-vdpa-9999' } })));
    expect(probes.get('devices that the lab names')).toMatchObject({
      required: true,
      verdict: 'missing',
      found: 'this computer has no vDPA device /dev/vhost-vdpa-9999',
    });
    expect(probes.has('locked memory')).toBe(true);
  });

  it('warns of machines with more memory than is available', async () => {
    const lab = labWithNic();
    const large = lab.machines.map((machine) => ({ ...machine, memoryMiB: 1 << 30 }));
    const { verdict, required, found } =
      (await probesFor(read({ ...lab, machines: large }))).get('memory') ?? {};
    expect({ verdict, required }).toEqual({ verdict: 'warning', required: false });
    expect(found).toContain(`up to ${(1 << 30) + 100} MiB`);
  });

  it('reads what the kernel takes for available', () => {
    expect(availableMiB('MemTotal:  8000000 kB\nMemAvailable:    2097152 kB\n')).toBe(2048);
    expect(availableMiB('')).toBe(0);
  });
});
