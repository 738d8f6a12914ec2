import { UsageError } from '../errors/families.js';
import type { HostRunOptions } from '../hosts/host.js';
import { didYouMean } from '../model/nearest.js';
import { machinesAround, type Lab, type Machine } from '../model/lab.js';
import type { RunResult } from '../process/run.js';
import type { RunningLab } from './running-lab.js';

/** The machines of a lab by their paths, and its peers. */
export function memberNames(lab: Lab): {
  readonly machines: readonly string[];
  readonly peers: readonly string[];
} {
  return {
    machines: lab.machines.map((machine) => pathOf(lab, machine)),
    peers: lab.peers.map(({ name }) => name),
  };
}

/** `guest`, or with the machines around it, `server.guest`. */
function pathOf(lab: Lab, machine: Machine): string {
  return [...machinesAround(lab, machine), machine].map(({ name }) => name).join('.');
}

/** The machine of that name or path (`server.guest`). Throws UsageError, which lists the existing ones, if there is none. */
export function machineNamed(running: RunningLab, name: string): string {
  const { lab } = running.record;
  const found = lab.machines.find((machine) => machine.name === name || pathOf(lab, machine) === name);
  if (found !== undefined) return found.name;
  throw noMember(
    running,
    'machine',
    name,
    lab.machines.map((machine) => pathOf(lab, machine)),
  );
}

function noMember(running: RunningLab, kind: string, name: string, names: readonly string[]): UsageError {
  const machines = running.record.lab.machines.map((machine) => machine.name);
  return new UsageError({
    code: 'LAB-MEMBER-UNKNOWN',
    message: `lab ${running.record.lab.name} has no ${kind} \`${name}\``,
    hint:
      names.length === 0
        ? 'the lab has none'
        : didYouMean(name, [...names, ...machines], `use one of: ${names.join(', ')}`),
  });
}

/** Runs a command in a machine or a peer of a running lab. Throws UsageError if the name is unknown. */
export async function runOnMember(
  running: RunningLab,
  member: string,
  argv: readonly [string, ...string[]],
  options: HostRunOptions,
): Promise<RunResult> {
  const { machines, peers } = running.record.lab;
  if (peers.some(({ name }) => name === member)) return running.peer(member).run(argv, options);
  const paths = machines.map((machine) => pathOf(running.record.lab, machine));
  if (!machines.some(({ name }) => name === member) && !paths.includes(member)) {
    throw noMember(running, 'machine or peer', member, [...paths, ...peers.map(({ name }) => name)]);
  }
  const guest = await running.guest(machineNamed(running, member), options.signal);
  // A shell looks the program up in PATH, and reports a missing one in the usual way.
  return guest.run(['/bin/sh', '-c', '. /etc/profile 2>/dev/null; exec "$@"', 'sh', ...argv], options);
}
