import { renderTemplate } from '../render/templates.js';
import type { QmpEvent } from '../qemu/qmp.js';
import {
  assertion,
  failuresOf,
  findings,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckContext,
  type CheckScript,
  type CheckTarget,
  type Findings,
} from './check.js';
import { readResources, type ProcessResources } from './qemu-resources.js';
import { vfDevices, type DeviceState } from './vf-devices.js';
import { vfCreationLimitMs, vfCreationScript } from './vf-creation.js';

/** What is seen of QEMU from outside at one moment. */
export interface QemuSnapshot {
  readonly devices: readonly DeviceState[];
  /** `info qom-tree`, one object a line. */
  readonly qomTree: string;
  readonly resources: ProcessResources;
}

/** What QEMU's allocator may keep for itself after some thousand register accesses, in KiB; leaked VFs are far more. */
const MEMORY_TOLERANCE_KIB = 4096;
const MEMORY_TOLERANCE_PER_VF_KIB = 64;

async function takeSnapshot({ qmp, qemu, host, target }: CheckContext): Promise<QemuSnapshot> {
  const devices = await vfDevices(qmp, target.nic);
  const qomTree = String(await qmp.execute('human-monitor-command', { 'command-line': 'info qom-tree' }));
  return { devices, qomTree, resources: await readResources(host, qemu.pid) };
}

/** Objects that are in one tree only, as a person would look for them. */
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
      'before anything is enabled, QEMU has realized the device of each VF',
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
      'QEMU has no more open files after the cycles',
      `before: ${before.resources.openFiles}`,
      `after: ${after.resources.openFiles}`,
    ),
    assertion(
      moreMemory <= tolerance,
      'QEMU’s own memory has not grown',
      `by ${moreMemory} KiB; up to ${tolerance} KiB are within its allocator's habits`,
    ),
  ];
}

function guestLogScript(target: CheckTarget): CheckScript {
  return {
    path: `${scriptFolder(target)}/hotplug-free.sh`,
    content: renderTemplate('checks/guest-log.sh', {}),
  };
}

/** Of the shared script, this check takes that the cycles took place, and how long a VF needed. */
function onlyThatItRan(cycles: number): (result: Findings) => Findings {
  return (result) => {
    const failed = failuresOf(result);
    return findings(
      [
        assertion(
          failed.length === 0,
          `the VFs came without a rescan and went, ${cycles} times`,
          ...failed.flatMap(({ title, diagnostics }) => [title, ...diagnostics]),
        ),
      ],
      result.remarks,
    );
  };
}

/** VFs have the lifetime of a physical device's: they are there from the start and nothing is plugged (talk.md, 15). */
export const hotplugFree: Check = {
  name: 'hotplug-free',
  summary: 'VFs exist in QEMU before the guest enables them, and enabling and disabling them plugs nothing',
  scripts: (target) => [vfCreationScript(target), guestLogScript(target)],
  run: (context) => {
    const { target, qmp } = context;
    let before: QemuSnapshot | undefined;
    let eventsBefore = 0;
    return {
      begin: async () => {
        before = await takeSnapshot(context);
        eventsBefore = qmp.events.length;
      },
      steps: [
        {
          type: 'script',
          on: 'machine',
          path: vfCreationScript(target).path,
          shared: true,
          use: onlyThatItRan(target.request.parameters['cycles'] ?? 0),
        },
        {
          type: 'look',
          look: async () => {
            if (before === undefined) throw new Error('the check was not begun');
            const after = await takeSnapshot(context);
            const growth = after.resources.smallMappingsKiB - before.resources.smallMappingsKiB;
            return findings(judge(before, after, qmp.events.slice(eventsBefore)), [
              `QEMU’s own memory: ${growth >= 0 ? '+' : ''}${growth} KiB`,
            ]);
          },
        },
        { type: 'script', on: 'machine', path: guestLogScript(target).path },
      ],
      scriptLimitMs: vfCreationLimitMs(target),
    };
  },
};
