import type { BootImage } from '../images/boot-image.js';
import { bootImage } from '../images/boot-images.js';
import type { Lab } from '../model/lab.js';
import type { Progress } from '../model/progress.js';
import { decideAcceleration } from '../toolchain/acceleration.js';
import { resolveToolchain } from '../toolchain/resolve.js';
import type { Acceleration, AccelerationWish, Toolchain, ToolchainOptions } from '../toolchain/types.js';
import { assertCanRunHere } from './can-run-here.js';
import { digestOf, machineArguments, NETWORK_SCRIPT, renderLab, type Artefact } from './artefacts.js';
import { kernelFlavourOf } from './kernel-flavour.js';
import type { Desired } from './plan.js';
import type { ReadLab } from './read-lab.js';
import { canOpenVhostNet } from './vhost-net.js';

export interface BringUpOptions {
  readonly toolchain: ToolchainOptions;
  readonly acceleration: AccelerationWish;
  /** How long a guest may take until it answers, in ms; undefined: what its devices and the accelerator suggest. */
  readonly bootLimitMs: number | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A lab that is ready to be brought up: its tools are there, its images built, its artefacts rendered. */
export interface PreparedLab {
  readonly lab: Lab;
  readonly file: string;
  readonly toolchain: Toolchain;
  readonly acceleration: Acceleration;
  readonly images: BootImages;
  readonly artefacts: readonly Artefact[];
  readonly desired: Desired;
}

/** The images that a lab's machines boot, by name. */
export type BootImages = ReadonlyMap<string, BootImage>;

/** Builds the images that a lab needs and are not in the cache. */
export async function prepareImages(lab: Lab, toolchain: Toolchain, progress: Progress): Promise<BootImages> {
  const images = new Map<string, BootImage>();
  for (const { image } of lab.machines) {
    if (!images.has(image)) images.set(image, await bootImage(image, toolchain, progress));
  }
  return images;
}

export function digestsOf(images: BootImages): Record<string, string> {
  return Object.fromEntries([...images].map(([name, { digest }]) => [name, digest]));
}

function contentOf(artefacts: readonly Artefact[], path: string): string {
  return artefacts.find((artefact) => artefact.path === path)?.content ?? '';
}

function desiredState(lab: Lab, artefacts: readonly Artefact[], images: BootImages, tools: string): Desired {
  return {
    network: digestOf(contentOf(artefacts, NETWORK_SCRIPT)),
    machines: Object.fromEntries(
      lab.machines.map(({ name, image }) => [
        name,
        digestOf(contentOf(artefacts, machineArguments(name)), images.get(image)?.digest ?? '', tools),
      ]),
    ),
  };
}

/** Everything before the lab itself is touched: tools, the acceleration decision, images, artefacts. */
export async function prepareLab({ lab, file }: ReadLab, options: BringUpOptions): Promise<PreparedLab> {
  const { progress, signal } = options;
  const vhostNet = canOpenVhostNet();
  assertCanRunHere(lab, file, { vhostNet });
  const toolchain = await resolveToolchain(
    { ...options.toolchain, kernelFlavour: kernelFlavourOf(lab), signal },
    progress,
  );
  const acceleration = await decideAcceleration(toolchain, options.acceleration, progress, signal);
  const images = await prepareImages(lab, toolchain, progress);
  const artefacts = renderLab(lab, { vhostNet, accelerator: acceleration.accelerator });
  const tools = [...toolchain.qemu.command, toolchain.qemu.version, acceleration.accelerator].join(' ');
  return {
    lab,
    file,
    toolchain,
    acceleration,
    images,
    artefacts,
    desired: desiredState(lab, artefacts, images, tools),
  };
}
