import type { Service } from '../model/service.js';
import type { Lab } from '../model/lab.js';
import { peerNetns } from './network-view.js';

declare module './templates.js' {
  interface Views {
    'control-plane.sh': ControlPlaneView;
  }
}

/** What control-plane.sh.hbs shows. */
interface ControlPlaneView {
  readonly name: string;
  readonly peer: string;
  /** The argument of nsenter(1) that leads into the peer. */
  readonly netns: string;
  readonly services: readonly {
    readonly name: string;
    readonly argv: readonly string[];
    readonly log: string;
    readonly ready: readonly string[];
  }[];
}

/** The services of a control plane, for a person who starts them by hand. */
export function controlPlaneView(
  { name }: Lab,
  peer: string,
  services: readonly Service[],
): ControlPlaneView {
  return {
    name,
    peer,
    netns: `--net=${peerNetns(peer)}`,
    services: services.map((service) => ({
      name: service.name,
      argv: service.argv,
      log: `${service.name}.log`,
      ready: service.ready.argv,
    })),
  };
}
