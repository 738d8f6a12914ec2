import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError, ToolchainError } from '../errors/families.js';
import type { LabError } from '../errors/lab-error.js';
import type { Task } from '../model/task.js';
import { makeOwnFolder } from '../process/own-folder.js';
import { ProcessError } from '../process/process-error.js';
import { run, runOrThrow } from '../process/run.js';
import { chooseMirror } from './mirror.js';
import { fetchTree } from './mmdebstrap.js';
import { findProgram } from '../process/find-program.js';
import { faultIn } from '../process/words.js';
import type { Recipe } from './recipe.js';

/** What most modules that lab builds ask for. */
const OLDEST = '1.24.2';
const DEBIAN_GO = 'usr/lib/go-1.24/bin/go';
const LIMIT_SECONDS = 1800;

/** A Go to build with. */
export interface Go {
  readonly program: string;
  /** For GOTOOLCHAIN: `local`, or the newer Go that this one fetches through the module proxy and checks with Go's checksum database. */
  readonly toolchain: string;
}

export interface GoOptions {
  /** The oldest Go that serves: `1.26.0`. */
  readonly oldest?: string | undefined;
  /** For a Go that has to be fetched, and for what Go keeps while it builds. */
  readonly scratch: string;
  /** See chooseMirror. */
  readonly mirror: string | undefined;
  /** See debianKeyring. */
  readonly keyring: string | undefined;
}

/** Whether a version such as `go1.26.8` is as new as the one that is needed. */
export function isNewEnough(version: string, oldest: string = OLDEST): boolean {
  const [, ...numbers] = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (numbers.length === 0) return false;
  for (const [index, needed] of oldest.split('.').map(Number).entries()) {
    const number = Number(numbers[index] ?? 0);
    if (number !== needed) return number > needed;
  }
  return true;
}

/**
 * A Go that serves: PATH's, or else Debian's, unpacked into `scratch`. Where that is too old, it fetches a newer one when it runs.
 * Throws ToolchainError or EnvironmentError if there is none.
 */
export async function findGo(options: GoOptions, task: Task): Promise<Go> {
  const { oldest = OLDEST } = options;
  const program = (await goOfPath()) ?? (await fetchGo(options, task));
  return { program, toolchain: isNewEnough(await versionOf(program), oldest) ? 'local' : `go${oldest}` };
}

async function goOfPath(): Promise<string | undefined> {
  const own = findProgram('go');
  return own !== undefined && isNewEnough(await versionOf(own)) ? own : undefined;
}

async function fetchGo({ scratch, mirror, keyring }: GoOptions, task: Task): Promise<string> {
  const tree = join(scratch, 'go-tree');
  const fetched = join(tree, DEBIAN_GO);
  if (existsSync(fetched)) return fetched;
  task.detail('fetching Go');
  const recipe: Recipe = {
    format: 1,
    suite: 'trixie',
    backports: 'trixie-backports',
    packages: ['golang-1.24-go', 'golang-1.24-src'],
    nonFree: ['none'],
  };
  await fetchTree({ recipe, mirror: chooseMirror(mirror), keyring, tree }, task);
  if (existsSync(fetched)) return fetched;
  throw new ToolchainError({
    code: 'LAB-TOOLCHAIN-GO',
    message: 'the mirror’s Go package contains no Go',
    hint: `put Go ${OLDEST} or later into PATH`,
  });
}

async function versionOf(go: string): Promise<string> {
  const { stdout } = await run([go, 'env', 'GOVERSION'], {
    env: { GOTOOLCHAIN: 'local', GOFLAGS: '' },
    timeoutMs: 20_000,
  });
  return stdout.trim();
}

export interface GoRun {
  /** The folder that has go.mod. */
  readonly module: string;
  /** Gets all that Go fetches and builds. */
  readonly scratch: string;
  readonly limitSeconds?: number;
  /** Each line of stderr; by default it is the task's detail. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs `go ARGUMENTS` and returns its output. Go keeps all that it fetches and builds in `scratch`, takes modules from the proxy that
 * GOPROXY names, and checks them by go.sum. It ends with this process, however that ends. Throws ToolchainError with Go's own words if
 * it fails, EnvironmentError if the disk is full.
 */
export async function runGo(
  { program, toolchain }: Go,
  args: readonly string[],
  { module, scratch, limitSeconds = LIMIT_SECONDS, onLine }: GoRun,
  task: Task,
): Promise<string> {
  const home = join(scratch, 'go-home');
  const temporary = join(home, 'tmp');
  makeOwnFolder(temporary);
  try {
    const { stdout } = await runOrThrow(
      // As for mmdebstrap: see mmdebstrap.ts.
      ['setpriv', '--pdeathsig', 'TERM', 'timeout', '--kill-after=3', String(limitSeconds), program, ...args],
      {
        cwd: module,
        env: {
          CGO_ENABLED: '0',
          GOCACHE: join(home, 'build'),
          GOFLAGS: '-modcacherw -buildvcs=false',
          GOPATH: home,
          GOTMPDIR: temporary,
          TMPDIR: temporary,
          GOTOOLCHAIN: toolchain,
          GOWORK: 'off',
        },
        signal: task.signal,
        onStderrLine:
          onLine ??
          ((line) => {
            task.detail(line);
          }),
      },
    );
    return stdout;
  } catch (cause) {
    if (!(cause instanceof ProcessError)) throw cause;
    throw goFailed(args, cause, home);
  }
}

function goFailed(args: readonly string[], cause: ProcessError, home: string): LabError {
  if (/no space left on device|disk quota exceeded/.test(cause.stderr))
    return new EnvironmentError(
      {
        code: 'LAB-ENV-DISK-FULL',
        message: `the disk became full while Go was building in ${home}`,
        hint: 'make room, or put the cache on another disk with XDG_CACHE_HOME, and run the command again',
      },
      { cause },
    );
  const fault = faultIn(cause.stderr);
  if (fault !== undefined) return fault;
  return new ToolchainError(
    {
      code: 'LAB-TOOLCHAIN-GO',
      message: `go ${args[0] ?? ''} failed`,
      hint: 'its output is below; modules come from the proxy in GOPROXY (by default proxy.golang.org). When the cause is gone, run the command again',
    },
    { cause },
  );
}
