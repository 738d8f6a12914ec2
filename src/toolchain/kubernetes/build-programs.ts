import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../model/digest.js';
import type { Environment } from '../../model/environment.js';
import { inStep, type Task } from '../../model/task.js';
import { findGo, runGo, type Go, type GoRun } from '../go.js';
import { buildProgress, listFormat } from './build-progress.js';
import { goVersionOf, moduleFolder, moduleSources } from './go-module.js';
import { changeVersion, ownGoMod, pinnedVersion } from './module-version.js';
import { publishedFolder } from './publish.js';
import { controlPlanePrograms } from './program-names.js';
import { openWorkSpace } from './work-space.js';

export interface BuildOptions {
  readonly environment: Environment;
  /** Debian mirror's URL that the user asked for, if Go has to come from it. */
  readonly mirror?: string | undefined;
  /** Without the leading v. */
  readonly version: string;
  /** Names all that is being built: what a build leaves behind when it is cut short is removed when that is there. */
  readonly key: string;
}

/** What Go's modules, its compiled packages and the programs take at most. */
const NEEDED_BYTES = 6_500_000_000;

/** Those of Kubernetes' own releases. Nobody debugs the programs: without DWARF they are compiled sooner, and what is kept meanwhile is half. */
const FLAGS = ['-trimpath', '-tags=selinux,notest,grpcnotrace', '-gcflags=all=-dwarf=false'] as const;
const PACKAGES = ['./kube', './kubelet'] as const;
const LIMIT_SECONDS = 3 * 3600;

function linkerFlags(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  const variables = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const settings = Object.entries(variables).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-s', '-w', ...settings].join(' ');
}

/** 32 hex digits that change with all that the programs are built from. */
export function buildKey(version: string): string {
  const inputs = [version, moduleSources('kubernetes'), FLAGS, linkerFlags(version)];
  return digestOf(inputs).slice(0, 32);
}

/**
 * The folder with `kube`, which is the control plane and kubectl, links to it by their names, and `kubelet`. Built if it is not in the
 * cache; a build that was cut short, however that happened, continues where it was. Throws ToolchainError and EnvironmentError.
 */
export async function builtPrograms(options: BuildOptions, task: Task): Promise<string> {
  const { environment, version } = options;
  const title = `Build Kubernetes ${version}: once, about 20 minutes of CPU time, and 7 GB of disk for a while`;
  return publishedFolder(
    `built-${buildKey(version)}`,
    async (result, scratch) => inStep(task, title, async (step) => build(options, result, scratch, step)),
    environment,
    task,
  );
}

async function build(
  { environment, mirror, version, key }: BuildOptions,
  result: string,
  scratch: string,
  task: Task,
): Promise<void> {
  const work = await openWorkSpace(environment, { key, bytes: NEEDED_BYTES, purpose: 'building Kubernetes' });
  const module = join(scratch, 'module');
  cpSync(moduleFolder('kubernetes'), module, { recursive: true });
  const run = { module, scratch: work, limitSeconds: LIMIT_SECONDS };
  const go = await prepare(version, { scratch, mirror, keyring: environment.debianKeyring }, run, task);
  await compile(version, result, go, run, task);
  for (const name of controlPlanePrograms) symlinkSync('kube', join(result, name));
  const used = await runGo(go, ['env', 'GOVERSION'], run, task);
  const record = { version, go: used.trim(), made: new Date().toISOString() };
  writeFileSync(join(result, 'build.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Chooses a Go that serves, and has the copy of the module stand for the version. */
async function prepare(
  version: string,
  options: { scratch: string; mirror: string | undefined; keyring: string | undefined },
  run: GoRun,
  task: Task,
): Promise<Go> {
  if (version === pinnedVersion)
    return findGo({ ...options, oldest: goVersionOf(moduleSources('kubernetes')) }, task);
  const ofKubernetes = await ownGoMod(version, await findGo(options, task), run.scratch, task);
  const go = await findGo({ ...options, oldest: goVersionOf(ofKubernetes) }, task);
  await changeVersion(version, ofKubernetes, go, run, task);
  return go;
}

async function compile(version: string, result: string, go: Go, run: GoRun, task: Task): Promise<void> {
  task.detail('fetching modules');
  const flags = [...FLAGS, `-ldflags=${linkerFlags(version)}`];
  const listed = await runGo(go, ['list', ...flags, '-deps', '-f', listFormat, ...PACKAGES], run, task);
  const progress = buildProgress(listed);
  const onLine = (line: string): void => {
    task.detail(progress(line));
  };
  mkdirSync(result, { recursive: true });
  await runGo(go, ['build', '-v', ...flags, '-o', `${result}/`, ...PACKAGES], { ...run, onLine }, task);
}
