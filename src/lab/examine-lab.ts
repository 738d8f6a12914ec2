import { readFileSync } from 'node:fs';
import type { ReadLab } from '../definition/read-lab.js';
import { imageNamed } from '../images/boot-images.js';
import { describeImage, describeInitramfs } from '../images/inventory.js';
import { planImage } from '../images/layers/plan-image.js';
import type { Environment } from '../model/environment.js';
import {
  backendOf,
  functionsOf,
  machinesInside,
  machinesOn,
  type Backend,
  type Image,
  type Lab,
} from '../model/lab.js';
import type { Task } from '../model/task.js';
import { accelerationInside } from '../toolchain/acceleration.js';
import { examine, type Needs, type Probe, type Question } from '../toolchain/doctor.js';
import { haveKubernetesPrograms } from '../toolchain/kubernetes/programs.js';
import type { Toolchain, ToolchainOptions } from '../toolchain/types.js';
import { assertCanRunHere } from './can-run-here.js';
import { kernelFlavourOf, kernelWishOf } from './kernel-flavour.js';
import { canOpenVhostNet } from './vhost-net.js';

/** Of a QEMU beside its guest's memory. */
const QEMU_MIB = 100;
const KIB_PER_MIB = 1024;

/** The backends of the machines on this computer. */
function backendsHere(lab: Lab): Backend[] {
  return machinesOn(lab, null).flatMap(({ nics }) =>
    nics.flatMap((nic) => functionsOf(nic).flatMap((one) => backendOf(nic, one) ?? [])),
  );
}

function imagesOf(lab: Lab): (Image | string)[] {
  return [...new Set(lab.machines.map(({ image }) => image))].map((name) => imageNamed(name, lab.images));
}

function isBuilt(image: Image, lab: Lab, environment: Environment): boolean {
  return describeImage(image, kernelFlavourOf(lab), environment).state === 'built';
}

/** The images with a disk that have to be built first, and what with. */
function toBuild(
  lab: Lab,
  environment: Environment,
): { readonly name: string; readonly family: 'debian' | 'rhel' }[] {
  return imagesOf(lab)
    .filter((image) => typeof image !== 'string')
    .filter((image) => !isBuilt(image, lab, environment))
    .map((image) => ({
      name: image.name,
      family: planImage(image, { kernelFlavour: kernelFlavourOf(lab) }, environment).family,
    }));
}

function memoryQuestion(lab: Lab): Question {
  const name = 'memory';
  // It may run all the same: guests do not use all of theirs at once.
  const required = false;
  return {
    name,
    required,
    ask: () => {
      const needed = machinesOn(lab, null).reduce((sum, { memoryMiB }) => sum + memoryMiB + QEMU_MIB, 0);
      const available = availableMiB(readFileSync('/proc/meminfo', 'utf8'));
      const found = `${available} MiB available; the machines take up to ${needed} MiB`;
      if (available >= needed) return { name, required, verdict: 'ok', found };
      return {
        name,
        required,
        verdict: 'warning',
        found,
        remedy: 'end other programs, or give the machines less: --set machines.NAME.memory=SIZE',
      };
    },
  };
}

/** What the kernel takes for available to new programs, in MiB. */
export function availableMiB(meminfo: string): number {
  return Math.floor(Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1] ?? 0) / KIB_PER_MIB);
}

function imagesQuestion(lab: Lab, environment: Environment): Question {
  const name = 'images';
  const required = true;
  return {
    name,
    required,
    ask: () => {
      const states = imagesOf(lab).map((image) =>
        typeof image === 'string'
          ? describeInitramfs(image as 'micro', environment)
          : describeImage(image, kernelFlavourOf(lab), environment),
      );
      const found = states.map((image) => `${image.name}: ${image.state}`).join(', ');
      if (states.every(({ state }) => state === 'built')) return { name, required, verdict: 'ok', found };
      return {
        name,
        required,
        verdict: 'warning',
        found,
        remedy: `nothing to do: \`lab up ${lab.name}\` builds them`,
      };
    },
  };
}

function clusterQuestion(lab: Lab, toolchain: Toolchain | undefined, environment: Environment): Question[] {
  if (lab.kubernetes === null) return [];
  const { version } = lab.kubernetes;
  const name = 'Kubernetes';
  const required = true;
  return [
    {
      name,
      required,
      ask: () =>
        haveKubernetesPrograms({ version, given: toolchain?.kubernetes, environment })
          ? { name, required, verdict: 'ok', found: `${version}, in the cache` }
          : {
              name,
              required,
              verdict: 'warning',
              found: `${version}, not built yet`,
              remedy: `nothing to do: \`lab up ${lab.name}\` builds it, which takes many minutes; or use your own with --kubernetes`,
            },
    },
  ];
}

function insideQuestion(lab: Lab): Question[] {
  const inside = machinesOn(lab, null).flatMap(({ name }) => machinesInside(lab, name));
  if (inside.length === 0) return [];
  const name = 'KVM inside a guest';
  const required = false;
  return [
    {
      name,
      required,
      ask: () => {
        const { accelerator, reason } = accelerationInside({ accelerator: 'kvm', reason: '' });
        if (accelerator === 'kvm') return { name, required, verdict: 'ok', found: reason };
        return {
          name,
          required,
          verdict: 'missing',
          found: reason,
          remedy: `machines inside (${inside.map((machine) => machine.name).join(', ')}) are emulated, which takes minutes`,
        };
      },
    },
  ];
}

function devicesQuestion({ lab, file }: ReadLab): Question[] {
  const named = backendsHere(lab).filter(
    (backend) =>
      (backend.type === 'tap' && backend.vhost === 'on') || (backend.type === 'vdpa' && backend.of === null),
  );
  if (named.length === 0) return [];
  const name = 'devices that the lab names';
  const required = true;
  return [
    {
      name,
      required,
      ask: () => {
        assertCanRunHere(lab, file, { vhostNet: canOpenVhostNet() });
        return { name, required, verdict: 'ok', found: 'all are there' };
      },
    },
  ];
}

function needsOf(read: ReadLab, environment: Environment): Needs {
  const { lab } = read;
  const backends = backendsHere(lab);
  const building = toBuild(lab, environment);
  return {
    taps: backends.some(({ type }) => type === 'tap'),
    lockedMemory: backends.some(({ type }) => type === 'vdpa'),
    debianImages: building.some(({ family }) => family === 'debian') ? 'required' : 'unused',
    libguestfs: building.some(({ family }) => family === 'rhel') ? 'required' : 'unused',
    own: (toolchain) => [
      ...insideQuestion(lab),
      memoryQuestion(lab),
      imagesQuestion(lab, environment),
      ...clusterQuestion(lab, toolchain, environment),
      ...devicesQuestion(read),
    ],
  };
}

/** Looks at what this lab needs or can use on this computer: see examine. */
export async function examineLab(read: ReadLab, options: ToolchainOptions, task: Task): Promise<Probe[]> {
  const { environment } = options;
  return examine({ ...options, kernelFlavour: kernelWishOf(read.lab) }, task, needsOf(read, environment));
}
