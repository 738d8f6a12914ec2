import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { digestOf } from '../../model/digest.js';
import type { Task } from '../../model/task.js';
import { buildKey, builtPrograms, type BuildOptions } from './build-programs.js';
import { kubernetesFolder } from './folder.js';
import type { GivenPrograms } from './given-programs.js';
import { nodePrograms, nodeProgramsKey } from './node-programs.js';
import { kubernetesProgramNames, nodeProgramNames } from './program-names.js';
import { publishedFolder } from './publish.js';
import { tidyUp } from './work-space.js';

export interface KubernetesOptions extends Omit<BuildOptions, 'key'> {
  /** The user's own, which say their version themselves: nothing of Kubernetes is built then. */
  readonly given?: GivenPrograms | undefined;
}

/** The programs of a cluster. */
export interface KubernetesPrograms {
  /**
   * Has etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl and kubelet, and of lab's own vf-attach,
   * vf-device-plugin and vf-dra. Its files are links: copy what they lead to.
   */
  readonly folder: string;
  /** 32 hex digits that change with the programs. */
  readonly digest: string;
  /** Without the leading v. */
  readonly version: string;
}

/** All programs that a cluster needs, built once if they are not in the cache. Throws ToolchainError and EnvironmentError. */
export async function kubernetesPrograms(
  options: KubernetesOptions,
  task: Task,
): Promise<KubernetesPrograms> {
  const { given } = options;
  const digest = programsDigest(options.version, given);
  const own = await nodePrograms({ ...options, key: digest }, task);
  const kubernetes = given?.folder ?? beside(await builtPrograms({ ...options, key: digest }, task));
  const folder = await publishedFolder(
    digest,
    async (result) => {
      mkdirSync(result, { recursive: true });
      for (const name of kubernetesProgramNames) symlinkSync(join(kubernetes, name), join(result, name));
      for (const name of nodeProgramNames) symlinkSync(join(beside(own), name), join(result, name));
      return Promise.resolve();
    },
    options.environment,
    task,
  );
  await tidyUp(digest, options.environment, task);
  return { folder, digest, version: given?.version ?? options.version };
}

/** Whether all programs are in the cache, so that nothing is built. */
export function haveKubernetesPrograms({
  version,
  given,
  environment,
}: Pick<KubernetesOptions, 'version' | 'given' | 'environment'>): boolean {
  return existsSync(join(kubernetesFolder(environment), programsDigest(version, given)));
}

/** How a folder of the cache is called in one beside it, so that the cache may be moved. */
function beside(folder: string): string {
  return join('..', basename(folder));
}

/** Changes with what a node's image gets of the programs. It builds nothing. */
export function nodeDigest(version: string, given: GivenPrograms | undefined): string {
  return digestOf([given?.kubelet ?? buildKey(version), nodeProgramsKey()]);
}

/** Changes with what a control plane's image gets of the programs. It builds nothing. */
export function controlPlaneDigest(version: string, given: GivenPrograms | undefined): string {
  return given?.controlPlane ?? buildKey(version);
}

function programsDigest(version: string, given: GivenPrograms | undefined): string {
  return digestOf([given ?? buildKey(version), nodeProgramsKey()]).slice(0, 32);
}
