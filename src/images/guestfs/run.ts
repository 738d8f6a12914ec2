import { join } from 'node:path';
import { ToolchainError } from '../../errors/families.js';
import type { Task } from '../../model/task.js';
import { run } from '../../process/run.js';
import { LIMIT_SECONDS } from '../ends-with-lab.js';
import type { LayerWork } from '../layers/layer-work.js';
import { contained, TIMED_OUT } from './contain.js';
import type { GuestfsEnvironment } from './environment.js';
import { requireLibguestfs } from './requirements.js';

export interface GuestfsOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Signs in what is said that the machine in which libguestfs works did not come up. */
const APPLIANCE = /guestfs_launch failed|supermin exited with error|appliance closed the connection/;

/**
 * Runs a tool of libguestfs in `folder`. All that it says goes to the log; lines of stdout are shown as well. Returns how it ended.
 * Throws ToolchainError when its machine does not come up or takes too long, EnvironmentError when libguestfs is not there.
 */
export async function runGuestfs(
  argv: readonly string[],
  options: { folder: string; environment: GuestfsEnvironment; work: LayerWork },
  { signal }: Task,
): Promise<GuestfsOutcome> {
  const { folder, environment, work } = options;
  requireLibguestfs();
  const outcome = await run(contained(argv, join(work.scratch, 'tmp'), work.cache), {
    cwd: folder,
    env: environment,
    signal,
    onStderrLine: work.record,
    onStdoutLine: work.log,
  });
  if (outcome.exitCode === 0) return outcome;
  if (outcome.exitCode === TIMED_OUT)
    throw applianceFailed(work, `took more than ${LIMIT_SECONDS / 60} minutes and was ended`);
  if (APPLIANCE.test(outcome.stderr))
    throw applianceFailed(work, 'did not come up', lastErrors(outcome.stderr));
  return outcome;
}

/** What libguestfs calls errors, or else the end of what was said. */
export function lastErrors(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const errors = lines.filter((line) => /error: /.test(line));
  return (errors.length > 0 ? errors : lines).slice(-6).join('\n');
}

function applianceFailed(work: LayerWork, what: string, said?: string): ToolchainError {
  return new ToolchainError(
    {
      code: 'LAB-IMAGE-APPLIANCE',
      message: `libguestfs’s own machine, which changes disks, ${what}`,
      location: { file: work.logFile },
      hint: 'see the log of the build; libguestfs-test-tool shows whether libguestfs works here at all; --accel tcg avoids KVM',
    },
    said === undefined ? {} : { cause: new Error(said) },
  );
}
