import { afterEach, describe, expect, it, vi } from 'vitest';
import { assertCanRunHere, assertIsRoot, assertIsToWork } from '../../../src/lab/can-run-here.js';
import { lab } from '../../support/definition.js';

const FILE = '/labs/example/lab.yaml';

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
    }).toThrow('this computer has no vDPA device /dev/vhost-vdpa-9999');
  });

  it('is told when it insists on vhost-net and that cannot be opened', () => {
    const insists = lab({
      networks: { lan: null },
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan', vhost: 'on' } } } } },
    });
    expect(() => {
      assertCanRunHere(insists, FILE, { vhostNet: false });
    }).toThrow('/dev/vhost-net cannot be opened');
    assertCanRunHere(insists, FILE, { vhostNet: true });
  });

  it('is told when QEMU is to refuse it', () => {
    const refused = lab({ expect: 'refused', machines: { guest: {} } });
    expect(() => {
      assertIsToWork({ lab: refused, file: FILE });
    }).toThrow('QEMU is expected to refuse lab example');
  });

  it('passes when it is like any other', () => {
    const usual = lab({ machines: { guest: { nics: { pf0: { backend: 'user', vfs: 2 } } } } });
    assertCanRunHere(usual, FILE, { vhostNet: false });
    assertIsToWork({ lab: usual, file: FILE });
  });
});

describe('this computer’s own functions', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are for root to change', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(assertIsRoot).toThrow('only root can create');
    vi.spyOn(process, 'getuid').mockReturnValue(0);
    expect(assertIsRoot).not.toThrow();
  });
});
