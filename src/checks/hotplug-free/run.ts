import { renderTemplate } from '../../render/templates.js';
import type { QmpEvent } from '../../qemu/qmp.js';
import {
  assertion,
  failuresOf,
  remark,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckContext,
  type CheckScript,
  type CheckTarget,
  type ScriptOutput,
} from '../check.js';
import { parametersOf } from '../spec.js';
import { vfDevices, type DeviceState } from '../vf-devices.js';
import { vfCreationLimitMs, vfCreationScript } from '../vf-creation/run.js';
import { readResources, type ProcessResources } from './qemu-resources.js';
import { hotplugFree } from './spec.js';

/** QEMU as seen from outside, at one moment. */
export interface QemuSnapshot {
  readonly devices: readonly DeviceState[];
  /** `info qom-tree`, one object a line. */
  readonly qomTree: string;
  readonly resources: ProcessResources;
}

/** What QEMU's allocator may keep after some thousand register accesses, in KiB; leaked VFs need far more. */
const MEMORY_TOLERANCE_KIB = 4096;
const MEMORY_TOLERANCE_PER_VF_KIB = 64;

async function takeSnapshot({ qmp, qemu, host, target }: CheckContext): Promise<QemuSnapshot> {
  const devices = await vfDevices(qmp, target.nic);
  const qomTree = String(await qmp.execute('human-monitor-command', { 'command-line': 'info qom-tree' }));
  return { devices, qomTree, resources: await readResources(host, qemu.pid) };
}

/** The objects that only one of the trees contains, up to ten, for a person to look for. */
function treeDifference(before: string, after: string): string[] {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  return [
    ...[...now].filter((line) => !old.has(line)).map((line) => `new: ${line.trim()}`),
    ...[...old].filter((line) => !now.has(line)).map((line) => `gone: ${line.trim()}`),
  ].slice(0, 10);
}

function isDeviceEvent({ event }: QmpEvent): boolean {
  return event.startsWith('DEVICE_') || event === 'ACPI_DEVICE_OST' || event.startsWith('MEM_UNPLUG');
}

/** Judges what was seen before anything was enabled, and what had changed after the cycles. */
export function judge(before: QemuSnapshot, after: QemuSnapshot, events: readonly QmpEvent[]): Assertion[] {
  const notThere = before.devices.filter(({ realized }) => !realized).map(({ id }) => id);
  const hotplugged = before.devices.filter((device) => device.hotplugged).map(({ id }) => id);
  const deviceEvents = events
    .filter(isDeviceEvent)
    .map(({ event, data }) => `${event} ${JSON.stringify(data)}`);
  const moreMemory = after.resources.smallMappingsKiB - before.resources.smallMappingsKiB;
  const tolerance = MEMORY_TOLERANCE_KIB + before.devices.length * MEMORY_TOLERANCE_PER_VF_KIB;
  const sameTree = before.qomTree === after.qomTree;
  return [
    assertion(
      notThere.length === 0,
      'QEMU has realized the device of each VF before anything is enabled',
      `not realized: ${notThere.join(', ')}`,
    ),
    assertion(
      hotplugged.length === 0,
      'no VF is a hotplugged device',
      `hotplugged: ${hotplugged.join(', ')}`,
    ),
    assertion(deviceEvents.length === 0, 'QMP raised no device event', ...deviceEvents),
    assertion(
      sameTree,
      'QEMU’s object tree is the same after the cycles',
      ...treeDifference(before.qomTree, after.qomTree),
    ),
    assertion(
      after.resources.openFiles <= before.resources.openFiles,
      'QEMU has no more files open than before the cycles',
      `before: ${before.resources.openFiles}`,
      `after: ${after.resources.openFiles}`,
    ),
    assertion(
      moreMemory <= tolerance,
      'QEMU’s own memory has not grown',
      `it grew by ${moreMemory} KiB; up to ${tolerance} KiB is normal for its allocator`,
    ),
  ];
}

function guestLogScript(target: CheckTarget): CheckScript {
  return {
    path: `${scriptFolder(target)}/hotplug-free.sh`,
    content: renderTemplate('checks/guest-log.sh', {}),
  };
}

/** Sums up the script that the check shares with vf-creation: did the cycles take place? */
function cyclesRan(cycles: number, output: ScriptOutput): Assertion {
  const failed = failuresOf(output);
  return assertion(
    failed.length === 0,
    `the VFs came and went without a rescan, ${cycles} times`,
    ...failed.flatMap(({ title, diagnostics }) => [title, ...diagnostics]),
  );
}

/** What was seen before any check touched the guest. */
interface Before {
  readonly snapshot: QemuSnapshot;
  /** How many QMP events there have been. */
  readonly events: number;
}

/** VFs live as long as those of a physical device: they exist from the start, and nothing is plugged in or out. */
export const check: Check<Before> = {
  scripts: (target) => [vfCreationScript(target), guestLogScript(target)],
  scriptLimitMs: vfCreationLimitMs,
  before: async (world) => ({ snapshot: await takeSnapshot(world), events: world.qmp.events.length }),
  async *run(world, before) {
    const { target, qmp } = world;
    const cycles = await world.runOnce(vfCreationScript(target).path);
    yield cyclesRan(parametersOf(hotplugFree, target).cycles, cycles);
    yield* cycles.remarks.map(remark);
    const after = await takeSnapshot(world);
    yield* judge(before.snapshot, after, qmp.events.slice(before.events));
    const growth = after.resources.smallMappingsKiB - before.snapshot.resources.smallMappingsKiB;
    yield remark(`QEMU’s own memory: ${growth >= 0 ? '+' : ''}${growth} KiB`);
    yield* world.script(guestLogScript(target).path);
  },
};
