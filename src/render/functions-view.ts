import {
  findByName,
  functionsOf,
  machinesOn,
  type EswitchMode,
  type Lab,
  type Machine,
  type RealPf,
} from '../model/lab.js';

declare module './templates.js' {
  interface Views {
    'functions.sh': FunctionsView;
    'functions-undo.sh': FunctionsView;
  }
}

/** What makes functions for the machines that run on it: a machine of the lab, or this computer in the place of one. */
interface Site {
  readonly name: string;
  /** Where it is, in words. */
  readonly place: string;
  readonly pfs: readonly RealPf[];
}

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

function siteOf(lab: Lab, on: string | null): Site {
  if (on === null) {
    if (lab.server === null) throw new Error('this computer stands for no machine of the lab');
    return { name: lab.server.name, place: 'this computer', pfs: lab.server.pfs };
  }
  const pfs = findByName(lab.machines, on).nics.map(({ name, pf, vfs }): RealPf => ({
    nic: name,
    bdf: pf.bdf,
    eswitch: null,
    vfs: vfs.map((vf) => vf.name),
  }));
  return { name: on, place: `machine ${on}`, pfs };
}

/** The PF that a function (`pf0`, `pf0.vf1`) is or belongs to, and its number below it. */
function functionAt({ pfs }: Site, id: string): { pf: RealPf; index: number | 'pf' } {
  const [nic = '', name = ''] = id.split('.');
  const pf = pfs.find((one) => one.nic === nic);
  if (pf === undefined) throw new Error(`there is no NIC ${nic}`);
  const index = pf.vfs.indexOf(name);
  return { pf, index: index < 0 ? 'pf' : index };
}

/** `vdpa/guest-pf0.vf0` is the link to the character device of the vDPA device `guest-pf0.vf0`. */
function vdpaName(link: string): string {
  return link.slice(link.indexOf('/') + 1);
}

function deviceViews(site: Site, inside: readonly Machine[]): VdpaDeviceView[] {
  return inside
    .flatMap(({ nics }) => nics.flatMap(functionsOf))
    .flatMap(({ backend, mac }) => {
      if (backend?.type !== 'vdpa' || backend.of === null) return [];
      const { pf, index } = functionAt(site, backend.of);
      // QEMU wants the function to have the MAC of its device: resolve has given both the same.
      const name = vdpaName(backend.device);
      return [{ name, function: backend.of, pf: pf.bdf, index, mac: mac ?? '' }];
    });
}

function pfView({ nic, bdf, vfs, eswitch }: RealPf): PfView {
  return {
    nic,
    bdf,
    vfs: vfs.length,
    switchdev: eswitch === 'switchdev',
    eswitch,
    bridge: `lab-${nic}`.slice(0, 15),
  };
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

/** The VFs and vDPA devices that a machine, or for null this computer, makes for the machines that run on it. */
export function functionsView(lab: Lab, on: string | null): FunctionsView {
  const site = siteOf(lab, on);
  const inside = machinesOn(lab, on);
  const devices = deviceViews(site, inside);
  const uplinks = lab.networks.flatMap((network) =>
    network.on === on && network.uplink !== null ? [network.uplink] : [],
  );
  const used = [...devices.map((device) => device.function), ...uplinks];
  const pfs = new Set(used.map((id) => functionAt(site, id).pf));
  return {
    name: site.name,
    place: site.place,
    pfs: [...pfs].map(pfView),
    devices,
    taps: inside.some(({ nics }) => nics.flatMap(functionsOf).some(({ backend }) => backend?.type === 'tap')),
    mebibytes: Math.max(0, ...inside.filter(usesVdpa).map(({ memoryMiB }) => memoryMiB)),
  };
}

function usesVdpa({ nics }: Machine): boolean {
  return nics.flatMap(functionsOf).some(({ backend }) => backend?.type === 'vdpa');
}
