import { readFileSync } from 'node:fs';
import type { Task } from '../../model/task.js';
import { run } from '../../process/run.js';
import type { Probe } from './probe.js';

/** What keeps ordinary users from namespaces: the kernel's setting, the value that forbids them, and how to allow them. */
const restrictions = [
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    remedy:
      "AppArmor keeps them from programs without a profile (Ubuntu's default since 23.10); allow them: " +
      'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 ' +
      "(to keep it: echo 'kernel.apparmor_restrict_unprivileged_userns=0' | sudo tee /etc/sysctl.d/60-sriov-lab.conf)",
  },
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    forbids: '0',
    remedy:
      'this kernel lets only root make them; allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    file: '/proc/sys/user/max_user_namespaces',
    forbids: '0',
    remedy: 'their number is limited to 0; allow some: sudo sysctl -w user.max_user_namespaces=15000',
  },
];

/** Makes the namespaces that a lab lives in, for an instant. */
export async function probeUserNamespaces(task: Task): Promise<Probe> {
  const common = { name: 'user namespaces', required: true } as const;
  const complaint = await complaintOfUnshare(task);
  if (complaint === undefined)
    return { ...common, verdict: 'ok', found: 'created one with its own network, processes and mounts' };
  return { ...common, verdict: 'missing', found: complaint, remedy: remedyNow() };
}

async function complaintOfUnshare(task: Task): Promise<string | undefined> {
  try {
    const result = await run(
      ['unshare', '--user', '--map-root-user', '--net', '--pid', '--fork', '--mount', 'true'],
      {
        timeoutMs: 10_000,
        signal: task.signal,
      },
    );
    return result.exitCode === 0 ? undefined : (result.stderr.trim().split('\n')[0] ?? 'unshare failed');
  } catch (error) {
    task.signal.throwIfAborted();
    return error instanceof Error ? (error.message.split('\n')[0] ?? 'unshare failed') : String(error);
  }
}

/** The remedy for the first restriction that is in force. */
export function remedyNow(read: (file: string) => string | undefined = readSetting): string {
  const restriction = restrictions.find(({ file, forbids }) => read(file) === forbids);
  return (
    restriction?.remedy ??
    'no known kernel setting forbids them; in a container its seccomp profile may: start it with --security-opt seccomp=unconfined or run lab outside'
  );
}

function readSetting(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
