import { placeName } from '../model/service.js';
import { machinesOn, type Lab, type Machine, type Peer } from '../model/lab.js';

declare module './templates.js' {
  interface Views {
    'README.md': LabReadmeView;
    'run.sh': LabReadmeView;
  }
}

/** What README.md.hbs and run.sh.hbs of a rendered lab show. */
interface LabReadmeView {
  readonly name: string;
  readonly summary: string | null;
  readonly machines: readonly { readonly name: string; readonly image: string }[];
  /** The machines that others run on, with those. */
  readonly around: readonly { readonly name: string; readonly inside: readonly Pick<Machine, 'name'>[] }[];
  readonly peers: readonly Peer[];
  readonly checks: readonly string[];
  /** Whether a control plane runs in a peer. */
  readonly controlPlaneHere: boolean;
  /** Null for a lab without a cluster. */
  readonly cluster: {
    readonly version: string;
    readonly place: string;
    /** Null: it runs in a peer. */
    readonly controlPlaneMachine: string | null;
    /** The script that starts the control plane. */
    readonly script: string;
    readonly nodes: readonly { readonly name: string; readonly script: string }[];
  } | null;
}

/** The parts of a lab, for a person who runs it by hand. */
export function labReadmeView(lab: Lab): LabReadmeView {
  return {
    name: lab.name,
    summary: lab.summary,
    machines: machinesOn(lab, null).map(({ name, image }) => ({ name, image })),
    around: lab.machines
      .filter(({ name }) => machinesOn(lab, name).length > 0)
      .map(({ name }) => ({ name, inside: machinesOn(lab, name) })),
    peers: lab.peers,
    checks: [...new Set(lab.checks.map(({ check }) => check))],
    controlPlaneHere: lab.kubernetes !== null && 'peer' in lab.kubernetes.controlPlane.on,
    cluster: clusterView(lab),
  };
}

function clusterView({ kubernetes }: Lab): LabReadmeView['cluster'] {
  if (kubernetes === null) return null;
  const { version, controlPlane, nodes } = kubernetes;
  const { on } = controlPlane;
  return {
    version,
    place: `${'peer' in on ? 'peer' : 'machine'} ${placeName(on)}`,
    controlPlaneMachine: 'peer' in on ? null : on.machine,
    script: 'peer' in on ? 'control-plane.sh' : `${on.machine}/control-plane.sh`,
    nodes: nodes.map(({ machine }) => ({ name: machine, script: `${machine}.node.sh` })),
  };
}
