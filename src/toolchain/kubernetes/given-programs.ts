import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ToolchainError } from '../../errors/families.js';
import { digest, digestOf } from '../../model/digest.js';
import type { Task } from '../../model/task.js';
import { findProgram } from '../../process/find-program.js';
import { run } from '../../process/run.js';
import { controlPlanePrograms, kubernetesProgramNames } from './program-names.js';

const ANSWER_MS = 60_000;

/** Programs of Kubernetes that the user has. */
export interface GivenPrograms {
  /** Absolute. */
  readonly folder: string;
  /** Without the leading v, as the kubelet says it. */
  readonly version: string;
  /** The SHA-256 (hex) of the kubelet, the one that nodes' images hold. */
  readonly kubelet: string;
  /** A digest of the control plane's programs, which the image of a machine may hold. */
  readonly controlPlane: string;
}

async function digestOfProgram(file: string): Promise<string> {
  return digest(await readFile(file));
}

async function controlPlaneOf(folder: string): Promise<string> {
  const digests: string[] = [];
  for (const name of controlPlanePrograms) digests.push(await digestOfProgram(join(folder, name)));
  return digestOf(digests);
}

/** Looks at the folder given with --kubernetes. Throws ToolchainError naming what is missing in it. */
export async function givenPrograms(given: string, { signal }: Task): Promise<GivenPrograms> {
  const folder = resolve(given);
  const missing = kubernetesProgramNames.filter((name) => findProgram(join(folder, name)) === undefined);
  if (missing.length > 0)
    throw new ToolchainError({
      code: 'LAB-TOOLCHAIN-KUBERNETES-PROGRAMS',
      message: `${folder} lacks ${missing.join(', ')}`,
      location: { file: folder },
      hint: `put executables for x86-64 there, or links to them, named ${kubernetesProgramNames.join(', ')}; etcd has releases of its own`,
    });
  const kubelet = join(folder, 'kubelet');
  const { stdout, stderr } = await run([kubelet, '--version'], { signal, timeoutMs: ANSWER_MS });
  const version = /^Kubernetes v(\S+)/m.exec(stdout)?.[1];
  if (version === undefined)
    throw new ToolchainError(
      {
        code: 'LAB-TOOLCHAIN-KUBERNETES-PROGRAMS',
        message: `${kubelet} does not say its version`,
        location: { file: kubelet },
        hint: 'give the kubelet of a Kubernetes release for x86-64 Linux: `kubelet --version` says "Kubernetes v1…"',
      },
      { cause: new Error(`${stdout}${stderr}`.trim()) },
    );
  return {
    folder,
    version,
    kubelet: await digestOfProgram(kubelet),
    controlPlane: await controlPlaneOf(folder),
  };
}
