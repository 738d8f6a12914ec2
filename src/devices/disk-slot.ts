/** The device number, on the root bus, of a machine's disks: they are the functions of one device. */
export const DISK_SLOT = 0x1e;

/** How many functions a PCI device can have, and so how many disks there is room for. */
export const MAX_DISKS = 8;
