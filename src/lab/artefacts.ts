import { createHash } from 'node:crypto';
import { benchScripts } from '../bench/containers/containers-of.js';
import { findCheck } from '../checks/runs.js';
import {
  findByName,
  machinesAround,
  machinesInside,
  machinesOn,
  type Lab,
  type Machine,
} from '../model/lab.js';
import { deviceClassesView } from '../render/device-classes-view.js';
import { functionsView } from '../render/functions-view.js';
import { labReadmeView } from '../render/lab-readme-view.js';
import { machineView, type MachineFacts } from '../render/machine-view.js';
import { controlPlaneView } from '../render/control-plane-view.js';
import { nodeView } from '../render/node-view.js';
import { networkView } from '../render/network-view.js';
import { renderTemplate } from '../render/templates.js';
import { SERVICE_SUBNET, type Kubernetes } from '../model/kubernetes.js';
import type { Service } from '../model/service.js';
import { checkTarget } from './check-target.js';
import { API_PORT, SERVICE_API_ADDRESS } from './cluster/paths.js';
import { clusterServices, servicesOf } from './services.js';
import type { Accelerator } from '../toolchain/types.js';

export interface Artefact {
  /** Relative to the lab's folder. */
  readonly path: string;
  readonly content: string;
  readonly executable: boolean;
}

/** The facts about this computer that appear in the artefacts. */
export interface RenderFacts extends MachineFacts {
  /** The accelerator of machines inside machines. Like `accelerator`, it is named beside the checks' figures. */
  readonly acceleratorInside: Accelerator;
}

/** What pods ask a DRA driver for. */
export const DEVICE_CLASSES = 'device-classes.yaml';
export const NETWORK_SCRIPT = 'network.sh';
export const CONTROL_PLANE_SCRIPT = 'control-plane.sh';
export const FUNCTIONS_SCRIPT = 'functions.sh';
export const FUNCTIONS_UNDO_SCRIPT = 'functions-undo.sh';

/** The folder of the artefacts for what runs on a machine: relative to the lab's folder, with a final slash; empty for this computer. */
export function folderOf(lab: Lab, on: string | null): string {
  if (on === null) return '';
  const machine = findByName(lab.machines, on);
  return [...machinesAround(lab, machine), machine].map(({ name }) => `${name}/`).join('');
}

/** The file with a machine's QEMU arguments, in the folder of the place that it runs on. */
export function machineArguments(machine: string): string {
  return `${machine}.qemu`;
}

/** The script that makes a machine a node, beside its QEMU arguments. */
export function nodeScript(machine: string): string {
  return `${machine}.node.sh`;
}

function checkArtefacts(lab: Lab, facts: RenderFacts): Artefact[] {
  const scripts = lab.checks.flatMap((request) => {
    const target = checkTarget(lab, request);
    const accelerator = target.machine.on === null ? facts.accelerator : facts.acceleratorInside;
    return findCheck(request.check).scripts(target, accelerator);
  });
  const byPath = new Map(scripts.map(({ path, content }) => [path, { path, content, executable: true }]));
  return [...byPath.values()];
}

/** The services whose logs come out of a machine: those in it, and in the machines inside it. */
function servicesInside(lab: Lab, { name }: Machine, services: readonly Service[]): string[] {
  const machines = [name, ...machinesInside(lab, name).map((machine) => machine.name)];
  return services.flatMap((service) =>
    typeof service.on === 'object' && 'machine' in service.on && machines.includes(service.on.machine)
      ? [service.name]
      : [],
  );
}

function machineArtefact(
  lab: Lab,
  machine: Machine,
  services: readonly Service[],
  facts: RenderFacts,
): Artefact {
  const here = machine.on === null;
  const ofPlace = here ? facts : { vhostNet: false, accelerator: facts.acceleratorInside };
  const view = machineView(machine, lab, ofPlace, servicesInside(lab, machine, services));
  return {
    path: `${folderOf(lab, machine.on)}${machineArguments(machine.name)}`,
    content: renderTemplate('machine.qemu', view),
    executable: false,
  };
}

/** The scripts that make functions on a machine, or for null on this computer, for the machines that run on it. */
function functionArtefacts(lab: Lab, on: string | null): Artefact[] {
  const view = functionsView(lab, on);
  const folder = folderOf(lab, on);
  return [
    { path: `${folder}${FUNCTIONS_SCRIPT}`, content: renderTemplate('functions.sh', view), executable: true },
    {
      path: `${folder}${FUNCTIONS_UNDO_SCRIPT}`,
      content: renderTemplate('functions-undo.sh', view),
      executable: true,
    },
  ];
}

/** The scripts that prepare a machine for the machines inside it. */
function insideArtefacts(lab: Lab, { name }: Machine): Artefact[] {
  const content = renderTemplate('network.sh', networkView(lab, name));
  return [
    ...functionArtefacts(lab, name),
    { path: `${folderOf(lab, name)}${NETWORK_SCRIPT}`, content, executable: true },
  ];
}

/** The script that starts the control plane, where it runs, and those that make machines nodes. */
function clusterArtefacts(lab: Lab, controlPlane: readonly Service[], facts: RenderFacts): Artefact[] {
  const { kubernetes } = lab;
  if (kubernetes === null) return [];
  const { on } = kubernetes.controlPlane;
  return [
    {
      path: `${folderOf(lab, 'machine' in on ? on.machine : null)}${CONTROL_PLANE_SCRIPT}`,
      content: renderTemplate(
        'control-plane.sh',
        controlPlaneView(lab, kubernetes.controlPlane, controlPlane),
      ),
      executable: true,
    },
    ...(kubernetes.vfs === 'dra' ? [deviceClasses(lab, kubernetes)] : []),
    ...kubernetes.nodes.map(({ machine }) => nodeArtefact(lab, kubernetes, machine, facts)),
  ];
}

function deviceClasses(lab: Lab, kubernetes: Kubernetes): Artefact {
  const content = renderTemplate('device-classes.yaml', deviceClassesView(lab, kubernetes));
  return { path: DEVICE_CLASSES, content, executable: false };
}

function nodeArtefact(lab: Lab, kubernetes: Kubernetes, name: string, facts: RenderFacts): Artefact {
  const machine = findByName(lab.machines, name);
  const emulated = (machine.on === null ? facts.accelerator : facts.acceleratorInside) === 'tcg';
  const api = { service: SERVICE_API_ADDRESS, subnet: SERVICE_SUBNET, port: API_PORT };
  return {
    path: `${folderOf(lab, machine.on)}${nodeScript(name)}`,
    content: renderTemplate('node.sh', nodeView(kubernetes, machine, api, emulated)),
    executable: true,
  };
}

function benchArtefacts(lab: Lab, { accelerator, acceleratorInside }: RenderFacts): Artefact[] {
  const scripts = benchScripts(lab, (on) => (on === null ? accelerator : acceleratorInside));
  return scripts.map((script) => ({ ...script, executable: script.path.endsWith('.sh') }));
}

/** All files that the lab is run from, as a person could have written them. */
export function renderLab(lab: Lab, facts: RenderFacts): Artefact[] {
  const outer = lab.machines.filter(({ name }) => machinesOn(lab, name).length > 0);
  const accelerators = { outside: facts.accelerator, inside: facts.acceleratorInside };
  const controlPlane = clusterServices(lab, '', accelerators);
  const services = [...controlPlane, ...servicesOf(lab)];
  return [
    { path: NETWORK_SCRIPT, content: renderTemplate('network.sh', networkView(lab, null)), executable: true },
    ...(lab.server === null ? [] : functionArtefacts(lab, null)),
    ...lab.machines.map((machine) => machineArtefact(lab, machine, services, facts)),
    ...outer.flatMap((machine) => insideArtefacts(lab, machine)),
    ...clusterArtefacts(lab, controlPlane, facts),
    ...checkArtefacts(lab, facts),
    ...benchArtefacts(lab, facts),
    { path: 'run.sh', content: renderTemplate('run.sh', labReadmeView(lab)), executable: true },
    { path: 'README.md', content: renderTemplate('README.md', labReadmeView(lab)), executable: false },
  ];
}

/** The arguments in a rendered `.qemu` file: one a line. */
export function parseArguments(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

export function digestOf(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex');
}
