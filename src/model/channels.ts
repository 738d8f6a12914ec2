/** What leads to a machine beside its networks: QEMU's own control, and the guest's agent, checks and console. */
export const CHANNELS = ['qmp', 'agent', 'checks', 'console'] as const;

export type Channel = (typeof CHANNELS)[number];

/** What is written of a machine as it runs: the guest's console, and QEMU's own words. */
export const MACHINE_LOGS = ['console.log', 'qemu.log'] as const;

/** Where a guest has its virtio-serial ports, by the name that QEMU gives each. */
export const PORTS_FOLDER = '/dev/virtio-ports';
