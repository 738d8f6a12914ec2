import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolchainError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import { ProcessError } from '../process/process-error.js';
import { run, runOrThrow } from '../process/run.js';
import { chooseMirror } from './mirror.js';
import { fetchTree } from './mmdebstrap.js';
import { findProgram } from '../process/find-program.js';
import type { Recipe } from './recipe.js';

/** What the modules that lab builds ask for. */
const OLDEST = [1, 24, 2] as const;
const DEBIAN_GO = 'usr/lib/go-1.24/bin/go';
const LIMIT_MS = 1_800_000;

export interface GoOptions {
  /** For a Go that has to be fetched, and for what Go keeps while it builds. */
  readonly scratch: string;
  /** See chooseMirror. */
  readonly mirror: string | undefined;
  /** See debianKeyring. */
  readonly keyring: string | undefined;
}

/** Whether a version such as `go1.26.8` is as new as the one that is needed. */
export function isNewEnough(version: string): boolean {
  const [, ...numbers] = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (numbers.length === 0) return false;
  for (const [index, oldest] of OLDEST.entries()) {
    const number = Number(numbers[index] ?? 0);
    if (number !== oldest) return number > oldest;
  }
  return true;
}

/** A Go that serves: PATH's, or else Debian's, unpacked into `scratch`. Throws ToolchainError or EnvironmentError if neither is to be had. */
export async function findGo({ scratch, mirror, keyring }: GoOptions, task: Task): Promise<string> {
  const own = findProgram('go');
  if (own !== undefined && isNewEnough(await versionOf(own))) return own;
  task.detail('fetching Go');
  const tree = join(scratch, 'go-tree');
  const recipe: Recipe = {
    format: 1,
    suite: 'trixie',
    backports: 'trixie-backports',
    packages: ['golang-1.24-go', 'golang-1.24-src'],
    nonFree: ['none'],
  };
  await fetchTree({ recipe, mirror: chooseMirror(mirror), keyring, tree }, task);
  const fetched = join(tree, DEBIAN_GO);
  if (existsSync(fetched)) return fetched;
  throw new ToolchainError({
    code: 'LAB-TOOLCHAIN-GO',
    message: 'the mirror’s Go package contains no Go',
    hint: 'put Go 1.24.2 or later into PATH',
  });
}

async function versionOf(go: string): Promise<string> {
  const { stdout } = await run([go, 'env', 'GOVERSION'], {
    env: { GOTOOLCHAIN: 'local', GOFLAGS: '' },
    timeoutMs: 20_000,
  });
  return stdout.trim();
}

/**
 * Runs `go ARGUMENTS` in the folder `module`. Go keeps all that it fetches and builds in `scratch`, takes modules from the proxy that
 * GOPROXY names, and checks them by go.sum. Throws ToolchainError with Go's own words if it fails.
 */
export async function runGo(
  go: string,
  args: readonly string[],
  { module, scratch }: { readonly module: string; readonly scratch: string },
  task: Task,
): Promise<void> {
  const home = join(scratch, 'go-home');
  try {
    await runOrThrow([go, ...args], {
      cwd: module,
      env: {
        CGO_ENABLED: '0',
        GOCACHE: join(home, 'build'),
        GOFLAGS: '-modcacherw -buildvcs=false',
        GOPATH: home,
        GOTOOLCHAIN: 'local',
        GOWORK: 'off',
      },
      timeoutMs: LIMIT_MS,
      signal: task.signal,
      onStderrLine: (line) => {
        task.detail(line);
      },
    });
  } catch (cause) {
    if (!(cause instanceof ProcessError)) throw cause;
    throw new ToolchainError(
      {
        code: 'LAB-TOOLCHAIN-GO',
        message: `go ${args[0] ?? ''} failed`,
        hint: 'its output is below; modules come from the proxy in GOPROXY (by default proxy.golang.org)',
      },
      { cause },
    );
  }
}
