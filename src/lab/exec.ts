import { UsageError } from '../errors/families.js';
import { GuestHost } from '../hosts/guest-host.js';
import type { HostRunOptions } from '../hosts/host.js';
import type { RunResult } from '../process/run.js';
import type { RunningLab } from './running-lab.js';

/** The machine of that name. Throws UsageError, naming those that there are. */
export function machineNamed(running: RunningLab, name: string): string {
  const names = running.record.lab.machines.map((machine) => machine.name);
  if (names.includes(name)) return name;
  throw noMember(running, 'machine', name, names);
}

function noMember(running: RunningLab, kind: string, name: string, names: readonly string[]): UsageError {
  return new UsageError({
    code: 'LAB-MEMBER-UNKNOWN',
    message: `lab ${running.record.lab.name} has no ${kind} \`${name}\``,
    hint: names.length === 0 ? `it has none` : `it has: ${names.join(', ')}`,
  });
}

/** Runs a command in a machine or a peer of a running lab. Throws UsageError when there is none of that name. */
export async function runOnMember(
  running: RunningLab,
  member: string,
  argv: readonly [string, ...string[]],
  options: HostRunOptions,
): Promise<RunResult> {
  const { machines, peers } = running.record.lab;
  if (peers.some(({ name }) => name === member)) return running.peer(member).run(argv, options);
  if (!machines.some(({ name }) => name === member)) {
    throw noMember(
      running,
      'machine or peer',
      member,
      [...machines, ...peers].map(({ name }) => name),
    );
  }
  const agent = await running.openAgent(member, options.signal);
  try {
    // A shell finds the program as a person would, and says so in the usual way when there is none.
    return await new GuestHost(member, agent).run(
      ['/bin/sh', '-c', '. /etc/profile 2>/dev/null; exec "$@"', 'sh', ...argv],
      options,
    );
  } finally {
    agent.close();
  }
}
