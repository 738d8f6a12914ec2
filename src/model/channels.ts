/** What leads to a machine beside its networks: QEMU's own control, and the guest's agent, checks and console. */
export const CHANNELS = ['qmp', 'agent', 'checks', 'console'] as const;

export type Channel = (typeof CHANNELS)[number];

/**
 * The ports on which commands run in a guest, one at a time each: so many run at once, and the next waits. Each costs the guest 0.5 MiB
 * for Linux's buffers (fill_queue of its virtio_console.c).
 */
export const STREAM_CHANNELS = [0, 1, 2, 3, 4, 5, 6, 7].map((index): StreamChannel => `stream${index}`);

export type StreamChannel = `stream${number}`;

/** The name of such a port in the guest. */
export function streamPort(channel: StreamChannel): string {
  return `sriov-lab.${channel}`;
}

/** What is written of a machine as it runs: the guest's console, and QEMU's own words. */
export const MACHINE_LOGS = ['console.log', 'qemu.log'] as const;

/** Where a guest has its virtio-serial ports, by the name that QEMU gives each. */
export const PORTS_FOLDER = '/dev/virtio-ports';
