/** A whole number. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly help: string;
}

/** One of some words. */
export interface Choice {
  readonly choices: readonly string[];
  readonly default: string;
  readonly help: string;
}

export type CheckParameter = Range | Choice;

export function isChoice(parameter: CheckParameter): parameter is Choice {
  return 'choices' in parameter;
}

/** The CNI plugins that a container can get a VF by, as a CNI configuration names them. */
export const cniPluginNames = ['host-device', 'sriov', 'sriov-virtio'] as const;

/** The checks and their parameters: what a definition may ask for. */
export const checkParameters: Readonly<Record<string, Readonly<Record<string, CheckParameter>>>> = {
  'vf-creation': {
    cycles: { min: 1, max: 1000, default: 10, help: 'how often the VFs are made and removed' },
  },
  'hotplug-free': {
    cycles: { min: 1, max: 1000, default: 10, help: 'how often the VFs are made and removed' },
  },
  enumeration: {},
  traffic: {
    count: { min: 1, max: 10_000, default: 20, help: 'packets in each direction of each pair' },
    size: { min: 0, max: 65_000, default: 1400, help: 'payload bytes of each packet' },
    transactions: {
      min: 0,
      max: 1_000_000,
      default: 500,
      help: 'request-response pairs of netperf TCP_RR; 0: none',
    },
    megabytes: { min: 0, max: 100_000, default: 16, help: 'data of netperf TCP_STREAM, in MB; 0: none' },
  },
  isolation: {
    count: {
      min: 1,
      max: 100,
      default: 3,
      help: 'packets to each stranger, by broadcast and by unicast each',
    },
  },
  'cni-attach': {
    count: { min: 1, max: 10_000, default: 10, help: 'packets from each container to its peer' },
    plugin: {
      choices: cniPluginNames,
      default: 'host-device',
      help: 'the CNI plugin that gives the VFs to containers',
    },
  },
  'vdpa-path': {
    count: { min: 1, max: 10_000, default: 10, help: 'packets from a peer to each function' },
    size: { min: 0, max: 65_000, default: 1400, help: 'payload bytes of each packet' },
  },
  storage: {
    mebibytes: { min: 1, max: 100_000, default: 4, help: 'data that each VF writes, in MiB' },
  },
};

export const checkNames: readonly string[] = Object.keys(checkParameters);
