import { nameOf, type ComposedDevice, type Refusal } from './composition.js';

const MOST_MSIX_VECTORS = 2048;
const QUEUES_OF_A_VF = 2;
const MOST_VFS = 255;
const DEFAULTS = {
  max_ioqpairs: 64,
  msix_qsize: 65,
  sriov_max_vfs: 0,
  sriov_vq_flexible: 0,
  sriov_vi_flexible: 0,
};

interface Parameters {
  readonly ioQueues: number;
  readonly vectors: number;
  readonly vfs: number;
  readonly flexibleQueues: number;
  readonly flexibleVectors: number;
  readonly perVf: number;
  readonly subsystem: boolean;
}

/** Each condition of QEMU's (docs/system/devices/nvme.rst, SR-IOV), in QEMU's order, with its words when it is not met. */
const conditions: readonly {
  met(parameters: Parameters): boolean;
  readonly message: string;
  readonly qemu: string;
  readonly always?: true;
}[] = [
  {
    always: true,
    met: ({ ioQueues }) => ioQueues >= 1 && ioQueues <= 0xffff,
    message: '`max_ioqpairs` is not between 1 and 65535',
    qemu: 'max_ioqpairs must be between',
  },
  {
    always: true,
    met: ({ vectors }) => vectors >= 1 && vectors <= MOST_MSIX_VECTORS,
    message: `\`msix_qsize\` is not between 1 and ${MOST_MSIX_VECTORS}`,
    qemu: 'msix_qsize must be between',
  },
  {
    met: ({ subsystem }) => subsystem,
    message: 'VFs need a subsystem (`subsys`)',
    qemu: 'subsystem is required for the use of SR-IOV',
  },
  {
    met: ({ flexibleQueues, flexibleVectors }) => flexibleQueues > 0 && flexibleVectors > 0,
    message: 'VFs need both `sriov_vq_flexible` and `sriov_vi_flexible`',
    qemu: 'both sriov_vq_flexible and sriov_vi_flexible must be set',
  },
  {
    met: ({ flexibleQueues, vfs }) => flexibleQueues >= vfs * QUEUES_OF_A_VF,
    message: '`sriov_vq_flexible` is less than two for each VF',
    qemu: 'sriov_vq_flexible must be greater than or equal to',
  },
  {
    met: ({ ioQueues, flexibleQueues }) => ioQueues >= flexibleQueues + QUEUES_OF_A_VF,
    message: '`max_ioqpairs` is not at least `sriov_vq_flexible` and two for the PF',
    qemu: '(max_ioqpairs - sriov_vq_flexible) must be',
  },
  {
    met: ({ flexibleVectors, vfs }) => flexibleVectors >= vfs,
    message: '`sriov_vi_flexible` is less than one for each VF',
    qemu: 'sriov_vi_flexible must be greater than or equal to',
  },
  {
    met: ({ vectors, flexibleVectors }) => vectors >= flexibleVectors + 1,
    message: '`msix_qsize` is not at least `sriov_vi_flexible` and one for the PF',
    qemu: '(msix_qsize - sriov_vi_flexible) must be',
  },
  {
    met: ({ perVf }) => perVf === 0 || perVf >= QUEUES_OF_A_VF,
    message: '`sriov_max_vq_per_vf` is less than two',
    qemu: 'sriov_max_vq_per_vf must meet',
  },
  {
    met: ({ vfs }) => vfs <= MOST_VFS,
    message: `there are more than ${MOST_VFS} VFs`,
    qemu: 'no more free controller ids for secondary controllers',
  },
];

export function nvmeParameters(device: ComposedDevice): Refusal | undefined {
  const { driver, properties, sriovPf } = device;
  // As a VF it crashes QEMU before any of this is looked at.
  if (driver !== 'nvme' || sriovPf !== null) return undefined;
  const number = (name: keyof typeof DEFAULTS): number => Number(properties[name] ?? DEFAULTS[name]);
  const parameters: Parameters = {
    ioQueues: number('max_ioqpairs'),
    vectors: number('msix_qsize'),
    vfs: number('sriov_max_vfs'),
    flexibleQueues: number('sriov_vq_flexible'),
    flexibleVectors: number('sriov_vi_flexible'),
    perVf: Number(properties['sriov_max_vq_per_vf'] ?? 0),
    subsystem: properties['subsys'] !== undefined,
  };
  const broken = conditions.find(
    (condition) => (condition.always === true || parameters.vfs > 0) && !condition.met(parameters),
  );
  return (
    broken && {
      rule: 'nvme-parameters',
      message: `the parameters of ${nameOf(device)} do not fit: ${broken.message}`,
      hint: 'leave these properties out: the model chooses ones that fit',
      qemu: broken.qemu,
    }
  );
}
