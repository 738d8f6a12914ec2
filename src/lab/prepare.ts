import type { BootImage } from '../images/boot-image.js';
import { bootImage, imageNamed } from '../images/boot-images.js';
import { planImage } from '../images/layers/plan-image.js';
import { noteUse } from '../images/uses.js';
import type { BuildContext } from '../images/build-context.js';
import { withInside, type InsideMachine } from '../images/with-inside.js';
import { machinesAround, machinesOn, type Lab, type Machine } from '../model/lab.js';
import type { Kubernetes } from '../model/kubernetes.js';
import type { Task } from '../model/task.js';
import { accelerationInside, decideAcceleration } from '../toolchain/acceleration.js';
import { kubernetesPrograms, type KubernetesPrograms } from '../toolchain/kubernetes/programs.js';
import { resolveToolchain } from '../toolchain/resolve.js';
import type { Acceleration, AccelerationWish, Toolchain, ToolchainOptions } from '../toolchain/types.js';
import { assertCanRunHere, assertIsRoot } from './can-run-here.js';
import { renderLab, type Artefact } from './artefacts.js';
import { kernelWishOf } from './kernel-flavour.js';
import { labId, LabFolder, RECORD_VERSION, type LabRecord } from './record.js';
import type { ReadLab } from '../definition/read-lab.js';
import { canOpenVhostNet } from './vhost-net.js';

/** What the user may choose of how a lab is run. */
export interface PrepareOptions {
  /** The instance of the lab; null for the one without a name. */
  readonly instance?: string | null;
  readonly toolchain: ToolchainOptions;
  readonly acceleration: AccelerationWish;
  /** How long a guest may take until it answers, in ms; undefined: what its devices and the accelerator suggest. */
  readonly bootLimitMs: number | undefined;
}

/** A lab that is ready to be brought up: its tools are there, its images built, its artefacts rendered. */
export interface PreparedLab {
  readonly lab: Lab;
  readonly file: string;
  /** The lab's folder in the folder of running labs. */
  readonly folder: LabFolder;
  readonly toolchain: Toolchain;
  readonly acceleration: Acceleration;
  /** How machines inside machines are run. */
  readonly accelerationInside: Acceleration;
  readonly images: BootImages;
  /** Null for a lab without a cluster. */
  readonly cluster: PreparedCluster | null;
  readonly artefacts: readonly Artefact[];
  /** What runs the machines, in words: part of their digests. */
  readonly tools: string;
  /** How long a guest may take until it answers, in ms; undefined: what its devices and the accelerator suggest. */
  readonly bootLimitMs: number | undefined;
}

/** A lab's cluster, and what its control plane is run with. */
export interface PreparedCluster {
  readonly kubernetes: Kubernetes;
  readonly programs: KubernetesPrograms;
}

/** What each machine of a lab boots, by the machine's name. */
export type BootImages = ReadonlyMap<string, BootImage>;

/**
 * Builds what a lab's machines boot and is not in the cache. A machine that others run on has in its image what they boot, those
 * inside them included. `file`: the lab's definition, for whose sake images are kept.
 */
export async function prepareImages(
  lab: Lab,
  file: string,
  context: BuildContext,
  task: Task,
): Promise<BootImages> {
  const { toolchain, environment } = context;
  const planned = lab.images.map((image) => planImage(image, toolchain, environment).digest);
  noteUse(environment.cache, { definition: file, digests: planned });
  const images = new Map<string, BootImage>();
  const innermostFirst = [...lab.machines].sort(
    (one, other) => machinesAround(lab, other).length - machinesAround(lab, one).length,
  );
  for (const { name, image } of innermostFirst) {
    const own = await bootImage(imageNamed(image, lab.images), context, task);
    images.set(name, await withInside(own, imagesOf(machinesOn(lab, name), images), context, task));
  }
  noteUse(environment.cache, {
    definition: file,
    digests: [...planned, ...[...images.values()].map(({ digest }) => digest)],
  });
  return images;
}

/** What these machines boot, as far as it is known. */
export function imagesOf(machines: readonly Machine[], images: BootImages): InsideMachine[] {
  return machines.flatMap(({ name }) => {
    const image = images.get(name);
    return image === undefined ? [] : [{ machine: name, image }];
  });
}

export function digestsOf(images: BootImages): Record<string, string> {
  return Object.fromEntries([...images].map(([name, { digest }]) => [name, digest]));
}

/** Throws EnvironmentError when a lab is to change this computer's functions and this process may not. */
function prepareServer({ server }: Lab, task: Task): void {
  if (server === null) return;
  assertIsRoot();
  for (const check of server.checksLeftOut)
    task.warn(`${check} is left out: the networks outside are this computer's own, not the lab's`);
}

/** Builds the programs of the lab's cluster if they are not in the cache. */
async function prepareCluster(
  { kubernetes }: Lab,
  { environment, mirror }: ToolchainOptions,
  toolchain: Toolchain,
  task: Task,
): Promise<PreparedCluster | null> {
  if (kubernetes === null) return null;
  const { version } = kubernetes;
  const given = toolchain.kubernetes;
  return { kubernetes, programs: await kubernetesPrograms({ environment, mirror, version, given }, task) };
}

/** The folder of a lab, or of the instance of it that is wanted. */
export function folderFor(
  { lab, file }: Pick<ReadLab, 'lab' | 'file'>,
  { toolchain, instance }: Pick<PrepareOptions, 'toolchain' | 'instance'>,
): LabFolder {
  return new LabFolder(toolchain.environment.state, labId(lab.name, file, instance));
}

/** Everything before the lab itself is touched: tools, the acceleration decision, images, artefacts. */
export async function prepareLab(read: ReadLab, options: PrepareOptions, task: Task): Promise<PreparedLab> {
  const { lab, file } = read;
  prepareServer(lab, task);
  const vhostNet = canOpenVhostNet();
  assertCanRunHere(lab, file, { vhostNet });
  const toolchain = await resolveToolchain({ ...options.toolchain, kernelFlavour: kernelWishOf(lab) }, task);
  const acceleration = await decideAcceleration(toolchain, options.acceleration, task);
  const { mirror, environment } = options.toolchain;
  const context = { toolchain, environment, mirror, acceleration: acceleration.accelerator };
  const images = await prepareImages(lab, file, context, task);
  const cluster = await prepareCluster(lab, options.toolchain, toolchain, task);
  const inside = accelerationInside(acceleration);
  const facts = {
    vhostNet,
    accelerator: acceleration.accelerator,
    acceleratorInside: inside.accelerator,
  };
  const artefacts = renderLab(lab, facts);
  const tools = [
    ...toolchain.qemu.command,
    toolchain.qemu.version,
    acceleration.accelerator,
    inside.accelerator,
  ].join(' ');
  return {
    lab,
    file,
    folder: folderFor(read, options),
    toolchain,
    acceleration,
    accelerationInside: inside,
    images,
    cluster,
    artefacts,
    tools,
    bootLimitMs: options.bootLimitMs,
  };
}

/** The record of a lab of which nothing is there yet. */
export function freshRecord(prepared: PreparedLab, id: string): LabRecord {
  const { toolchain, acceleration, accelerationInside: inside } = prepared;
  return {
    version: RECORD_VERSION,
    id,
    definition: prepared.file,
    lab: prepared.lab,
    startedAt: new Date().toISOString(),
    tools: {
      qemu: toolchain.qemu.version,
      kernel: toolchain.kernel.release,
      bin: toolchain.bin,
      acceleration,
      images: digestsOf(prepared.images),
      accelerationInside: inside,
    },
    holder: null,
    parts: [],
  };
}
