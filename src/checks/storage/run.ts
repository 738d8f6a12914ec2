import { NVME_VF_QUEUES, NVME_VF_VECTORS, nvmeDriveId } from '../../devices/nvme.js';
import type { Qmp } from '../../qemu/qmp.js';
import { renderTemplate } from '../../render/templates.js';
import {
  assertion,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckScript,
  type CheckTarget,
} from '../check.js';
import { parametersOf } from '../spec.js';
import { vfView, type VfView } from '../vf-view.js';
import { storage } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/storage.sh': StorageView;
  }
}

const BYTES_PER_MEBIBYTE = 1024 * 1024;
const BLOCK_BYTES = 128 * 1024;
const SECTOR_BYTES = 512;
/** How long to wait for the block device: Linux looks for namespaces as soon as a controller exists. */
const NAMESPACE_WAIT_SECONDS = 3;
const SCRIPT_LIMIT_MS = 60_000;
/** Random data, one write and two reads, on a slow disk. */
const LIMIT_PER_VF_MS = 10_000;
const LIMIT_PER_VF_MEBIBYTE_MS = 500;

/** Bytes written to and read from one of QEMU's drives. */
export interface DriveBytes {
  readonly written: number;
  readonly read: number;
}

interface BlockStats {
  readonly device?: string;
  readonly stats: { readonly wr_bytes: number; readonly rd_bytes: number };
}

interface Transfer {
  readonly writer: VfView['pf'];
  readonly readers: readonly VfView['pf'][];
}

interface StorageView extends VfView {
  readonly sizeSectors: number;
  readonly bytes: number;
  readonly blockBytes: number;
  readonly namespaceWaitSeconds: number;
  /** One line for each VF: its controller, its number of functions, queues and vectors. */
  readonly secondaryControllers: string;
  readonly functions: readonly { readonly bdf: string; readonly namespaceTitle: string }[];
  readonly transfers: readonly Transfer[];
}

/** Each VF writes. The next VF, if there is one, and the PF read. */
function transfersOf({ pf, vfs }: VfView): Transfer[] {
  return vfs.map((writer, index) => {
    const next = vfs[(index + 1) % vfs.length];
    return { writer, readers: next === undefined || next === writer ? [pf] : [next, pf] };
  });
}

function bytesOf(target: CheckTarget): number {
  return parametersOf(storage, target).mebibytes * BYTES_PER_MEBIBYTE;
}

/** How much the drive behind the namespace must have moved, at least, when the script has ended. */
export function expectedBytes(target: CheckTarget): DriveBytes {
  const transfers = transfersOf(vfView(target));
  const reads = transfers.flatMap(({ readers }) => readers).length;
  return { written: transfers.length * bytesOf(target), read: reads * bytesOf(target) };
}

function storageScript(target: CheckTarget): CheckScript {
  const view = vfView(target);
  return {
    path: `${scriptFolder(target)}/storage.sh`,
    content: renderTemplate('checks/storage.sh', {
      ...view,
      sizeSectors: ((target.nic.sizeMiB ?? 0) * BYTES_PER_MEBIBYTE) / SECTOR_BYTES,
      bytes: bytesOf(target),
      blockBytes: BLOCK_BYTES,
      namespaceWaitSeconds: NAMESPACE_WAIT_SECONDS,
      secondaryControllers: view.vfs
        .map(({ identity }) => `${identity} 1 ${NVME_VF_QUEUES} ${NVME_VF_VECTORS}`)
        .join('\n'),
      functions: [view.pf, ...view.vfs].map(({ name, bdf }) => ({
        bdf,
        namespaceTitle: `${name} has the namespace, at its full size`,
      })),
      transfers: transfersOf(view),
    }),
  };
}

async function readDriveBytes(qmp: Qmp, drive: string): Promise<DriveBytes> {
  const drives = (await qmp.execute('query-blockstats')) as BlockStats[];
  const found = drives.find(({ device }) => device === drive);
  if (found === undefined) throw new Error(`QEMU has no drive ${drive}`);
  return { written: found.stats.wr_bytes, read: found.stats.rd_bytes };
}

/** Judges the evidence of the far end: QEMU's drive has moved what the guest wrote and read. */
export function judgeDrive(before: DriveBytes, after: DriveBytes, expected: DriveBytes): Assertion[] {
  const [written, read] = [after.written - before.written, after.read - before.read];
  return [
    assertion(
      written >= expected.written,
      'QEMU’s drive counted what the VFs wrote',
      `counted: ${written} bytes`,
      `written: ${expected.written} bytes`,
    ),
    assertion(
      read >= expected.read,
      'QEMU’s drive counted what was read',
      `counted: ${read} bytes`,
      `read: ${expected.read} bytes`,
    ),
  ];
}

/** Data passes through every VF of a storage device, in both directions, as QEMU's drive confirms. */
export const check: Check = {
  scripts: (target) => [storageScript(target)],
  scriptLimitMs: (target) =>
    SCRIPT_LIMIT_MS +
    target.nic.vfs.length *
      (LIMIT_PER_VF_MS + parametersOf(storage, target).mebibytes * LIMIT_PER_VF_MEBIBYTE_MS),
  async *run(world) {
    const { target, qmp } = world;
    const drive = nvmeDriveId(target.nic);
    const before = await readDriveBytes(qmp, drive);
    yield* world.script(storageScript(target).path);
    yield* judgeDrive(before, await readDriveBytes(qmp, drive), expectedBytes(target));
  },
};
