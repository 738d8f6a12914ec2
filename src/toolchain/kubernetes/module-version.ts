import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolchainError } from '../../errors/families.js';
import type { Task } from '../../model/task.js';
import { ProcessError } from '../../process/process-error.js';
import { runGo, type Go, type GoRun } from '../go.js';
import { goModFor } from './go-module.js';

/** The version that lab's go.mod and go.sum are for. */
export const pinnedVersion = '1.37.2';

/** `go list -m -json`, as far as it is needed. */
interface ListedModule {
  readonly GoMod: string;
}

/** The go.mod that Kubernetes itself has in a version. Throws ToolchainError if the module proxy does not serve that. */
export async function ownGoMod(version: string, go: Go, scratch: string, task: Task): Promise<string> {
  // Beside any module: that of another version may want another Go.
  const run = { module: scratch, scratch };
  try {
    const said = await runGo(go, ['list', '-m', '-json', `k8s.io/kubernetes@v${version}`], run, task);
    return readFileSync((JSON.parse(said) as ListedModule).GoMod, 'utf8');
  } catch (cause) {
    throw isUnknownVersion(cause) ? notServed(version, cause) : cause;
  }
}

function isUnknownVersion(error: unknown): boolean {
  if (!(error instanceof ToolchainError) || !(error.cause instanceof ProcessError)) return false;
  return /unknown revision|invalid version|no matching versions|: (403 Forbidden|404 Not Found|410 Gone)/.test(
    error.cause.stderr,
  );
}

function notServed(version: string, cause: unknown): ToolchainError {
  return new ToolchainError(
    {
      code: 'LAB-TOOLCHAIN-KUBERNETES-VERSION',
      message: `the Go module proxy does not serve Kubernetes ${version}`,
      hint: `set kubernetes.version to a released version (${pinnedVersion} is the default), or use your own programs with --kubernetes DIR`,
    },
    { cause },
  );
}

/** Makes a copy of lab's module one for another version, whose modules Go checks with its checksum database. */
export async function changeVersion(
  version: string,
  ofKubernetes: string,
  go: Go,
  run: GoRun,
  task: Task,
): Promise<void> {
  writeFileSync(join(run.module, 'go.mod'), goModFor(version, ofKubernetes));
  writeFileSync(join(run.module, 'go.sum'), '');
  task.detail(`resolving the modules of Kubernetes ${version}`);
  await runGo(go, ['mod', 'tidy'], run, task);
}
