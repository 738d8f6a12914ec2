import { DISK_SLOT } from '../devices/disk-slot.js';
import type { Machine } from '../model/lab.js';

/** A disk of a machine, as machine.qemu.hbs shows it. */
export interface DiskView {
  /** `-blockdev` or `-drive`. */
  readonly option: string;
  /** Where its content is. */
  readonly content: string;
  readonly id: string;
  readonly addr: string;
  /** By which the guest knows a disk that is for a machine inside it; false for its own. */
  readonly serial: string | false;
  readonly multifunction: boolean;
}

type Content = Pick<DiskView, 'option' | 'content'>;

/** Nothing has to outlive a power cut. */
const CACHE = 'cache.direct=off,cache.no-flush=on';

/** Where the guest around a machine finds its disk: the name that udev gives to a virtio disk by its serial. */
function handedIn(machine: string): string {
  return `/dev/disk/by-id/virtio-${machine}`;
}

/** What a machine boots from, and writes to until it ends. */
function ownContent({ name, on }: Machine): Content {
  if (on === null)
    return {
      option: '-blockdev',
      content: `driver=qcow2,node-name=disk,${CACHE},discard=unmap,file.driver=file,file.filename=${name}.disk`,
    };
  // `snapshot`: what it writes goes to a temporary file, in the memory of the machine around it.
  return {
    option: '-drive',
    content: `if=none,id=disk,format=raw,snapshot=on,${CACHE},discard=unmap,file.driver=host_device,file.filename=${handedIn(name)}`,
  };
}

function contentFor(inner: string, { on }: Machine): Content {
  const common = `node-name=${idFor(inner)},read-only=on,${CACHE}`;
  return {
    option: '-blockdev',
    content:
      on === null
        ? `driver=qcow2,${common},file.driver=file,file.filename=${inner}.disk`
        : `driver=host_device,${common},filename=${handedIn(inner)}`,
  };
}

function idFor(inner: string): string {
  return `disk-${inner}`;
}

/** The disks of a machine: its own, or those that it hands to machines inside it. */
export function diskViews(machine: Machine): DiskView[] {
  const own = machine.disk ? [{ ...ownContent(machine), id: 'disk', serial: false as const }] : [];
  const inside = machine.disksInside.map((inner) => ({
    ...contentFor(inner, machine),
    id: idFor(inner),
    serial: inner,
  }));
  const disks = [...own, ...inside];
  const multifunction = disks.length > 1;
  const slot = `0x${DISK_SLOT.toString(16)}`;
  return disks.map((disk, index) => ({
    ...disk,
    addr: multifunction ? `${slot}.${index}` : slot,
    multifunction,
  }));
}
