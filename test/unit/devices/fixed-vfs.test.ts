import { describe, expect, it } from 'vitest';
import { machineOptions } from '../../../src/devices/nic-options.js';
import { kernelFlavourOf } from '../../../src/lab/kernel-flavour.js';
import type { Lab } from '../../../src/model/lab.js';
import { deviceArgumentText } from '../../../src/render/machine-view.js';
import { machineView } from '../../../src/render/machine-view.js';
import { lab, labWithNic, onlyMachine, onlyNic } from '../../support/definition.js';

function optionsOf(of: Lab): string[] {
  return machineOptions(onlyMachine(of), { vhostNet: false }).map(
    ({ option, argument }) => `${option} ${deviceArgumentText(argument)}`,
  );
}

function withNvme(vfs: number): Lab {
  return lab({ machines: { guest: { nics: { disk: { model: 'nvme', size: '1G', vfs } } } } });
}

describe('igb', () => {
  const igb = labWithNic({ model: 'igb', mac: '52:54:00:00:00:01', vfs: 3 });

  it('is one device with one backend, whatever its VFs', () => {
    expect(optionsOf(igb)).toEqual([
      '-device pcie-root-port,id=port-pf0,bus=pcie.0,addr=0x1,chassis=1',
      '-netdev tap,id=net-pf0,ifname=guest-pf0,script=no,downscript=no,vhost=off',
      '-device igb,id=pf0,bus=port-pf0,addr=0.0,netdev=net-pf0,mac=52:54:00:00:00:01,romfile=',
    ]);
  });

  it('has its VFs where the hardware has them, with MACs and addresses of the lab’s', () => {
    const { vfs } = onlyNic(igb);
    expect(vfs.map(({ bdf }) => bdf)).toEqual(['0000:01:10.0', '0000:01:10.2', '0000:01:10.4']);
    expect(vfs.map(({ address }) => address)).toEqual(['10.0.0.11/16', '10.0.0.12/16', '10.0.0.13/16']);
    expect(new Set(vfs.map(({ mac }) => mac)).size).toBe(3);
    expect(vfs.every(({ backend, sriovPf }) => backend === null && sriovPf === null)).toBe(true);
  });
});

describe('nvme', () => {
  it('is a subsystem, a drive without a file, the controller and its namespace', () => {
    expect(optionsOf(withNvme(3)).slice(1)).toEqual([
      '-device nvme-subsys,id=subsys-disk',
      '-drive if=none,id=disk-disk,driver=null-co,size=1024M,read-zeroes=on,snapshot=on',
      '-device nvme,id=disk,bus=port-disk,addr=0.0,subsys=subsys-disk,serial=disk,sriov_max_vfs=3,max_ioqpairs=8,sriov_vq_flexible=6,msix_qsize=5,sriov_vi_flexible=3',
      '-device nvme-ns,drive=disk-disk,bus=disk,nsid=1',
    ]);
  });

  it('has nothing to hand out without VFs', () => {
    expect(optionsOf(withNvme(0))[3]).toBe(
      '-device nvme,id=disk,bus=port-disk,addr=0.0,subsys=subsys-disk,serial=disk',
    );
  });

  it('has VFs with neither MAC nor address', () => {
    expect(onlyNic(withNvme(2)).vfs).toMatchObject([
      { bdf: '0000:01:00.1', mac: null, address: null, backend: null },
      { bdf: '0000:01:00.2', mac: null, address: null, backend: null },
    ]);
  });

  it('lets each controller have a block device of its own in the guest', () => {
    const nvme = withNvme(1);
    expect(machineView(onlyMachine(nvme), nvme, { vhostNet: false, accelerator: 'tcg' }, [])).toMatchObject({
      kernelCommandLine: expect.stringMatching(/ nvme_core\.multipath=N lab\.modules=nvme$/) as string,
    });
  });
});

describe('the kernel of a lab', () => {
  it('is the small one unless a device needs drivers that only the other has', () => {
    expect(kernelFlavourOf(labWithNic({ vfs: 3 }))).toBe('cloud');
    expect(kernelFlavourOf(labWithNic({ model: 'igb' }))).toBe('generic');
    expect(kernelFlavourOf(withNvme(0))).toBe('generic');
    const nic = { backend: 'user', vfs: 1 } as const;
    const machines = { one: { nics: { pf0: nic } }, two: { nics: { pf0: nic, disk: { model: 'nvme' } } } };
    expect(kernelFlavourOf(lab({ machines }))).toBe('generic');
  });
});
