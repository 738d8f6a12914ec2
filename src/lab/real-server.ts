import { UsageError } from '../errors/families.js';
import { backendOf, functionsOf, machinesOn, type Lab, type Machine, type Nic } from '../model/lab.js';
import type { EswitchMode, RealPfs } from '../render/functions-view.js';
import { isCheckName, specOf } from '../checks/catalog.js';
import type { CheckedNic } from '../checks/spec.js';
import { nicModel } from '../devices/catalog.js';

/** This computer in the place of the machine that stands for a server: its real PFs in the place of that machine's NICs. */
export interface RealServer {
  readonly machine: Machine;
  readonly pfs: RealPfs;
}

/** What decides which checks have something to see on a NIC. */
function checkedNic(nic: Nic): CheckedNic {
  return {
    storage: nicModel(nic.model).kind === 'storage',
    vfs: nic.vfs.length,
    ownBackends: nicModel(nic.model).vfs !== 'fixed',
    ends: functionsOf(nic).flatMap((pciFunction) => {
      if (backendOf(nic, pciFunction)?.type === 'user') return [null];
      return pciFunction.segment === null ? [] : [pciFunction.segment];
    }),
  };
}

/** The NICs of a machine that vDPA devices of those on it are made of. */
function servingNics(lab: Lab, server: Machine): string[] {
  const uses = machinesOn(lab, server.name)
    .flatMap(({ nics }) => nics.flatMap(functionsOf))
    .flatMap(({ backend }) => (backend?.type === 'vdpa' && backend.of !== null ? [backend.of] : []));
  return [...new Set(uses.map((of) => of.split('.')[0] ?? of))];
}

function wrong(message: string, hint: string): UsageError {
  return new UsageError({ code: 'LAB-SERVER', message, hint });
}

/**
 * Which machine of the lab this computer takes the place of, and by which PFs: `nics` has `BDF`, or `NIC=BDF` where the machine has
 * several that serve. Throws UsageError when the lab has no such machine, or the PFs do not answer to its NICs.
 */
export function realServer(lab: Lab, nics: readonly string[], eswitch: EswitchMode | undefined): RealServer {
  const servers = machinesOn(lab, null).filter(({ name }) => machinesOn(lab, name).length > 0);
  const [machine] = servers;
  if (machine === undefined || servers.length > 1) {
    throw wrong(
      `lab ${lab.name} has ${servers.length} machines that others run on, and this computer can stand for one`,
      'choose a lab with one such machine, as labs/vdpa is',
    );
  }
  const serving = servingNics(lab, machine);
  const pfs = new Map(
    nics.map((text) => {
      const [name, bdf] = text.includes('=')
        ? (text.split('=', 2) as [string, string])
        : [serving[0] ?? '', text];
      return [name, { bdf, eswitch: eswitch ?? null }] as const;
    }),
  );
  const missing = serving.find((name) => !pfs.has(name));
  const surplus = [...pfs.keys()].find((name) => !serving.includes(name));
  if (missing !== undefined || surplus !== undefined || pfs.size !== nics.length) {
    throw wrong(
      `--nic must name a PF of this computer for each of: ${serving.join(', ') || 'no NIC'}`,
      `write ${serving.map((name) => `--nic ${name}=0000:5e:00.0`).join(' ') || 'a lab with vDPA backends'}`,
    );
  }
  return { machine, pfs };
}

export interface LabInPlace {
  readonly lab: Lab;
  /** Checks that need what only the lab's own networks have: `vdpa-path on guest`. */
  readonly leftOut: readonly string[];
}

/**
 * The lab without the machine that this computer takes the place of: those on it run here. The networks outside are the real ones,
 * so the lab's own, and its peers, are not made. Throws UsageError for taps inside the machine, which would be this computer's.
 */
export function inPlaceOf(lab: Lab, { machine: server }: RealServer): LabInPlace {
  const machines = lab.machines
    .filter(({ name }) => name !== server.name)
    .map((machine) => (machine.on === server.name ? { ...machine, on: null } : machine));
  for (const machine of machines.filter(({ on }) => on === null)) {
    const onTap = machine.nics.some((nic) =>
      functionsOf(nic).some((pciFunction) => backendOf(nic, pciFunction)?.type === 'tap'),
    );
    if (onTap) {
      throw wrong(
        `machine ${machine.name} has a tap, and no bridge is made on this computer for it`,
        'give its functions vDPA backends, or leave --server out',
      );
    }
  }
  const here = { ...lab, networks: [], peers: [], machines };
  const checks = lab.checks.filter(({ check, machine, nic }) => {
    const found = machines.find(({ name }) => name === machine)?.nics.find(({ name }) => name === nic);
    return found !== undefined && isCheckName(check) && specOf(check).fits(checkedNic(found), []);
  });
  const leftOut = lab.checks
    .filter((request) => !checks.includes(request) && request.machine !== server.name)
    .map(({ check, machine }) => `${check} on ${machine}`);
  return { lab: { ...here, checks }, leftOut };
}

/** What bringing the lab up does to this computer, a line each. */
export function intentions(lab: Lab, { machine, pfs }: RealServer): string[] {
  const serving = [...pfs].flatMap(([name, { bdf, eswitch }]) => {
    const vfs = machine.nics.find((nic) => nic.name === name)?.vfs.length ?? 0;
    return [
      ...(eswitch === null ? [] : [`set the switch of PF ${bdf} to ${eswitch}`]),
      ...(vfs === 0 ? [] : [`have PF ${bdf} make ${vfs} VFs, unless it has as many`]),
      ...(eswitch === 'switchdev' ? [`put the representors of PF ${bdf} on a bridge of their own`] : []),
    ];
  });
  const devices = machinesOn(lab, machine.name)
    .flatMap(({ nics }) => nics.flatMap(functionsOf))
    .flatMap(({ backend }) => (backend?.type === 'vdpa' && backend.of !== null ? [backend.of] : []));
  return [...serving, `make vDPA devices of: ${devices.join(', ')}`];
}
