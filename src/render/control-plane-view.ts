import type { ControlPlane } from '../model/kubernetes.js';
import { findByName, functionById, type Lab } from '../model/lab.js';
import { placeName, type Service } from '../model/service.js';
import { peerNetns } from './network-view.js';

declare module './templates.js' {
  interface Views {
    'control-plane.sh': ControlPlaneView;
  }
}

/** A machine that the control plane runs in. */
interface MachineView {
  readonly id: string;
  readonly bdf: string;
  readonly mtu: number;
  /** With prefix length. */
  readonly address: string;
  /** What the script says if there is no netdev. */
  readonly missing: string;
}

/** What control-plane.sh.hbs shows. */
interface ControlPlaneView {
  readonly name: string;
  readonly place: string;
  /** The argument of nsenter(1) that leads into the peer; null in a machine. */
  readonly netns: string | null;
  /** Null in a peer. */
  readonly machine: MachineView | null;
  readonly services: readonly {
    readonly name: string;
    readonly argv: readonly string[];
    readonly log: string;
    readonly ready: readonly string[];
  }[];
}

function machineView({ machines }: Lab, name: string, uplink: string): MachineView {
  const { bdf, mtu, address } = functionById(findByName(machines, name), uplink).pciFunction;
  if (address === null) throw new Error(`function ${uplink} of machine ${name} has no address`);
  const missing = `machine ${name} has no network interface at ${bdf} (${uplink})`;
  return { id: uplink, bdf, mtu, address, missing };
}

/** The services of a control plane, for a person who starts them by hand, and what a machine needs before. */
export function controlPlaneView(
  lab: Lab,
  { on, uplink }: ControlPlane,
  services: readonly Service[],
): ControlPlaneView {
  return {
    name: lab.name,
    place: placeName(on),
    netns: 'peer' in on ? `--net=${peerNetns(on.peer)}` : null,
    machine: 'peer' in on || uplink === null ? null : machineView(lab, on.machine, uplink),
    services: services.map((service) => ({
      name: service.name,
      argv: service.argv,
      log: `${service.name}.log`,
      ready: service.ready.argv,
    })),
  };
}
