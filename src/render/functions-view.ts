import {
  functionById,
  functionsOf,
  machinesOn,
  type Lab,
  type Machine,
  type Nic,
  type NicFunction,
} from '../model/lab.js';

declare module './templates.js' {
  interface Views {
    'functions.sh': FunctionsView;
    'functions-undo.sh': FunctionsView;
  }
}

/** How the L2 switch of a SmartNIC is run: `switchdev` has a representor for each VF, `legacy` switches by itself. */
export type EswitchMode = 'legacy' | 'switchdev';

/** The PF that stands for one of the machine's, on a computer that is used in the machine's place. */
export interface RealPf {
  readonly bdf: string;
  /** Null: as it is. */
  readonly eswitch: EswitchMode | null;
}

/** Which PF of a real computer stands for each NIC of the machine; none in a machine of the lab's own. */
export type RealPfs = ReadonlyMap<string, RealPf>;

interface VdpaDeviceView {
  /** Of the vDPA device, and of the link to its character device below `vdpa/`. */
  readonly name: string;
  readonly function: string;
  readonly pf: string;
  /** The VF's number below its PF; `pf` for the PF itself. */
  readonly index: number | 'pf';
  readonly mac: string;
}

interface PfView {
  readonly nic: string;
  readonly bdf: string;
  readonly vfs: number;
  readonly switchdev: boolean;
  readonly eswitch: EswitchMode | null;
  /** The bridge of its representors. */
  readonly bridge: string;
}

/** What functions.sh.hbs and functions-undo.sh.hbs show. */
interface FunctionsView {
  readonly name: string;
  readonly place: string;
  readonly pfs: readonly PfView[];
  readonly devices: readonly VdpaDeviceView[];
  /** Whether a tap is needed. */
  readonly taps: boolean;
  /** The memory of the largest machine that uses vDPA: all of it is pinned. */
  readonly mebibytes: number;
}

/** The function of a machine that an inner function's vDPA device is made of. */
function vdpaSources(lab: Lab, machine: Machine): { of: string; name: string }[] {
  return machinesOn(lab, machine.name)
    .flatMap(({ nics }) => nics.flatMap(functionsOf))
    .flatMap(({ backend }) =>
      backend?.type === 'vdpa' && backend.of !== null
        ? [{ of: backend.of, name: vdpaName(backend.device) }]
        : [],
    );
}

/** `vdpa/guest-pf0.vf0` is the link to the character device of the vDPA device `guest-pf0.vf0`. */
function vdpaName(link: string): string {
  return link.slice(link.indexOf('/') + 1);
}

function indexIn(nic: Nic, pciFunction: NicFunction): number | 'pf' {
  const index = nic.vfs.indexOf(pciFunction);
  return index < 0 ? 'pf' : index;
}

function pfViews(lab: Lab, machine: Machine, real: RealPfs): PfView[] {
  const used = [
    ...vdpaSources(lab, machine).map(({ of }) => of),
    ...lab.networks.flatMap(({ on, uplink }) => (on === machine.name && uplink !== null ? [uplink] : [])),
  ];
  const nics = new Set(used.map((id) => functionById(machine, id).nic));
  return [...nics].map((nic) => {
    const pf = real.get(nic.name);
    return {
      nic: nic.name,
      bdf: pf?.bdf ?? nic.pf.bdf,
      vfs: nic.vfs.length,
      switchdev: pf?.eswitch === 'switchdev',
      eswitch: pf?.eswitch ?? null,
      bridge: `lab-${nic.name}`.slice(0, 15),
    };
  });
}

/** The VFs and vDPA devices that a machine makes for those that run on it. */
export function functionsView(lab: Lab, machine: Machine, real: RealPfs = new Map()): FunctionsView {
  const devices = vdpaSources(lab, machine).map(({ of, name }): VdpaDeviceView => {
    const { nic, pciFunction } = functionById(machine, of);
    return {
      name,
      function: of,
      pf: real.get(nic.name)?.bdf ?? nic.pf.bdf,
      index: indexIn(nic, pciFunction),
      mac: pciFunction.mac ?? '',
    };
  });
  const inside = machinesOn(lab, machine.name);
  return {
    name: machine.name,
    place: real.size > 0 ? 'this computer' : `machine ${machine.name}`,
    pfs: pfViews(lab, machine, real),
    devices,
    taps: inside.some(({ nics }) => nics.flatMap(functionsOf).some(({ backend }) => backend?.type === 'tap')),
    mebibytes: Math.max(0, ...inside.filter(usesVdpa).map(({ memoryMiB }) => memoryMiB)),
  };
}

function usesVdpa({ nics }: Machine): boolean {
  return nics.flatMap(functionsOf).some(({ backend }) => backend?.type === 'vdpa');
}
