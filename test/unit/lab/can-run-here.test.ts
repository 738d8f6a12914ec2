import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { assertCanRunHere, assertIsRoot, assertIsToWork } from '../../../src/lab/can-run-here.js';
import { canOpenVhostNet } from '../../../src/lab/vhost-net.js';
import { lab, labWithNic, onlyMachine, onlyNic } from '../../support/definition.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const FILE = '/labs/example/lab.yaml';

/** An error with a problem of that code, at the definition, whose message and hint say this. */
function problem(code: string, message: string, hint: string): Error {
  const one = {
    code,
    message: expect.stringContaining(message) as string,
    location: { file: FILE },
    hint: expect.stringContaining(hint) as string,
  };
  return expect.objectContaining({ problems: [one] }) as Error;
}

describe('a lab that cannot run here', () => {
  it('passes when the vDPA device and vhost-net are for a machine inside another to have', () => {
    const nested = lab({
      machines: {
        server: {},
        guest: { on: 'server', nics: { pf0: { backend: { vdpa: '/dev/vhost-vdpa-9' } } } },
      },
    });
    assertCanRunHere(nested, FILE, { vhostNet: false });
  });

  it('is told when its vDPA device is not there, also for a VF that takes its NIC’s', () => {
    const nic = { backend: { vdpa: '/dev/vhost-vdpa-9999' }, vfs: 1 };
    expect(() => {
      assertCanRunHere(lab({ machines: { guest: { nics: { pf0: nic } } } }), FILE, { vhostNet: false });
    }).toThrow(
      problem('LAB-ENV-VDPA', 'this computer has no vDPA device /dev/vhost-vdpa-9999', 'vdpa dev add name'),
    );
  });

  it('passes when its vDPA device is one that it makes itself', () => {
    const given = labWithNic({ backend: { vdpa: '/dev/vhost-vdpa-9999' } });
    const made = { type: 'vdpa', device: '/lab/vdpa-guest-pf0', of: 'pf0.0' } as const;
    const nic = onlyNic(given);
    const machine = { ...onlyMachine(given), nics: [{ ...nic, pf: { ...nic.pf, backend: made } }] };
    assertCanRunHere({ ...given, machines: [machine] }, FILE, { vhostNet: false });
  });

  it('is told when it insists on vhost-net and that cannot be opened', () => {
    const insists = lab({
      networks: { lan: null },
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan', vhost: 'on' } } } } },
    });
    expect(() => {
      assertCanRunHere(insists, FILE, { vhostNet: false });
    }).toThrow(problem('LAB-ENV-VHOST', '/dev/vhost-net cannot be opened', 'modprobe vhost_net'));
    assertCanRunHere(insists, FILE, { vhostNet: true });
  });

  it('passes without vhost-net when it takes that only if it is there', () => {
    assertCanRunHere(labWithNic(), FILE, { vhostNet: false });
  });

  it('is told when QEMU is to refuse it', () => {
    const refused = lab({ expect: 'refused', machines: { guest: {} } });
    expect(() => {
      assertIsToWork({ lab: refused, file: FILE });
    }).toThrow(problem('LAB-UP-REFUSED', 'QEMU is expected to refuse lab example', 'lab test example'));
  });

  it('passes when it is like any other', () => {
    const usual = lab({ machines: { guest: { nics: { pf0: { backend: 'user', vfs: 2 } } } } });
    assertCanRunHere(usual, FILE, { vhostNet: false });
    assertIsToWork({ lab: usual, file: FILE });
  });
});

describe('vhost-net', () => {
  it('can be used when its device can be read and written, and not when there is none', () => {
    const device = join(scratch(), 'vhost-net');
    expect(canOpenVhostNet(device)).toBe(false);
    writeFileSync(device, '');
    expect(canOpenVhostNet(device)).toBe(true);
  });
});

describe('this computer’s own functions', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are for root to change', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(assertIsRoot).toThrow(
      expect.objectContaining({
        problems: [
          {
            code: 'LAB-ENV-ROOT',
            message: expect.stringContaining('only root can create') as string,
            hint: expect.stringContaining('sudo') as string,
          },
        ],
      }) as Error,
    );
    vi.spyOn(process, 'getuid').mockReturnValue(0);
    expect(assertIsRoot).not.toThrow();
  });
});
