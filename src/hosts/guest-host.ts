import { PORTS_FOLDER } from '../model/channels.js';
import { hasEnded, type ProcessIdentity } from '../process/identity.js';
import { idleClock, waitBriefly, waitFor } from '../process/wait-for.js';
import type { RunResult } from '../process/run.js';
import type { GuestAgent } from '../qemu/guest-agent.js';
import type { HostProcess, HostRunOptions, MachineHost, ProcessEnd, StartedProcesses } from './host.js';

/** Where a machine keeps the artefacts and images of those that run on it; the image brings the folder. */
export const INSIDE_FOLDER = '/inside';

const POLL_MS = 500;
const KILL_POLL_MS = 5;
const KILL_LIMIT_MS = 20_000;

/**
 * `STARTTIME`, the state, the number of threads and the boot's id (proc_pid_stat(5)): the command name in the second field may hold
 * anything.
 */
const IDENTIFY = `stat=$(cat "/proc/$0/stat") || exit 1
set -- \${stat##*) }
echo "\${20} $1 \${18} $(cat /proc/sys/kernel/random/boot_id)"`;
/**
 * Begins when a file says so, and not at all when that does not come: whoever starts it may die before it is recorded. QEMU's
 * memory is pinned for vDPA. What the program says goes to the port that leads to the lab's folder, or else to a file here.
 */
const START = `cd "$0" && ulimit -l unlimited 2>/dev/null
port=$1 log=$2; shift 2
[ -e "$port" ] && log=$port
tries=300
until [ -e ".go.$$" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || exit 1
    sleep 0.1
done
rm -f ".go.$$"
exec "$@" >"$log" 2>&1 </dev/null`;
const IN_FOLDER = 'cd "$0" && exec "$@"';

/** The inside of a machine, over its guest agent: no network is needed. */
export class GuestHost implements MachineHost {
  readonly description: string;

  /** `folder`: the working folder; undefined for wherever the agent is. */
  constructor(
    machine: string,
    readonly agent: GuestAgent,
    private readonly folder?: string,
  ) {
    this.description = `machine ${machine}`;
  }

  async putFile(path: string, content: string | Uint8Array): Promise<void> {
    await this.agent.putFile(this.folder === undefined ? path : `${this.folder}/${path}`, content);
  }

  async run(argv: readonly [string, ...string[]], options: HostRunOptions = {}): Promise<RunResult> {
    if (this.folder === undefined) return this.agent.run(argv, options);
    return this.agent.run(['/bin/sh', '-c', IN_FOLDER, this.folder, ...argv], options);
  }

  async start(
    argv: readonly [string, ...string[]],
    log: string,
    note: (processes: StartedProcesses) => void,
  ): Promise<HostProcess> {
    const folder = this.folder ?? '/';
    const script = ['/bin/sh', '-c', START, folder, `${PORTS_FOLDER}/${log}`, log] as const;
    const pid = await this.agent.start([...script, ...argv]);
    note({ starter: null, main: (await this.#identify(pid)) ?? null });
    await this.agent.run(['/bin/sh', '-c', ': > "$0"', `${folder}/.go.${pid}`]);
    const watch = new AbortController();
    return {
      identify: async () => this.#identify(pid),
      ended: this.#watch(pid, watch.signal),
      detach: () => {
        watch.abort();
      },
    };
  }

  async exists(path: string): Promise<boolean> {
    return (await this.run(['/bin/sh', '-c', '[ -e "$0" ]', path])).exitCode === 0;
  }

  async isAlive(process: ProcessIdentity): Promise<boolean> {
    const now = await this.#identify(process.pid);
    return now !== undefined && now.startTime === process.startTime && now.bootId === process.bootId;
  }

  async kill(process: ProcessIdentity): Promise<void> {
    const ask = async (): Promise<true | undefined> => {
      if (!(await this.isAlive(process))) return true;
      await this.agent.run(['/bin/sh', '-c', 'kill -9 "$0"', String(process.pid)]);
      return undefined;
    };
    await waitBriefly({ ask, everyMs: KILL_POLL_MS, limitMs: KILL_LIMIT_MS });
  }

  /** The process that stands for the present boot of the machine. */
  async firstProcess(): Promise<ProcessIdentity | undefined> {
    return this.#identify(1);
  }

  async #identify(pid: number): Promise<ProcessIdentity | undefined> {
    const { exitCode, stdout } = await this.agent.run(['/bin/sh', '-c', IDENTIFY, String(pid)]);
    const [startTime, state = 'X', threads, bootId = ''] = stdout.trim().split(' ');
    if (exitCode !== 0 || hasEnded({ state, threads: Number(threads) })) return undefined;
    return { pid, startTime: Number(startTime), bootId };
  }

  /** Asks the agent, which has started it, until it has ended. */
  async #watch(pid: number, signal: AbortSignal): Promise<ProcessEnd> {
    const unknown = { exitCode: undefined, signal: undefined };
    const status = {
      ask: async () => this.agent.statusOf(pid),
      everyMs: POLL_MS,
      limitMs: Infinity,
      late: () => new Error('it goes on'),
    };
    return waitFor(status, signal, idleClock).then(
      ({ exitCode }) => ({ exitCode, signal: undefined }),
      () => unknown,
    );
  }
}
