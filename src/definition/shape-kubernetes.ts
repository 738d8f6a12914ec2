import * as z from 'zod';
import { mapping, name, oneOf, optional, required, subnet, text, vlan } from '../model/shape-words.js';
import {
  DEFAULT_KUBERNETES_VERSION,
  DEFAULT_PODS,
  DEFAULT_VF_PROVIDER,
  POD_PREFIX_PER_NODE,
} from './defaults.js';

const NODES = 'must be a list of one or more machines, such as `[guest]`';

/** The shape of a cluster. */
export const kubernetes = z.strictObject(
  {
    version: optional(
      // YAML reads 1.30 as the number 1.3; three numbers are always text.
      text(
        /^(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){2}$/,
        `must be a version of three numbers, such as ${DEFAULT_KUBERNETES_VERSION}`,
      ),
      'The version of Kubernetes, of its control plane and its nodes',
      DEFAULT_KUBERNETES_VERSION,
    ),
    'control-plane': required(
      name,
      'The peer or the machine that etcd, the API server, the controllers and the scheduler run in; a peer is not emulated',
    ),
    nodes: required(
      z.array(name, { error: NODES }).min(1, { error: NODES }),
      'The machines that run pods; each brings its NICs',
    ),
    pods: optional(
      subnet,
      `The pods’ network in software: each node gets a /${POD_PREFIX_PER_NODE} of it`,
      DEFAULT_PODS,
    ),
    vfs: optional(
      oneOf(['device-plugin', 'dra', 'none']),
      'How pods get VFs: from a device plugin, by dynamic resource allocation, or from what you install yourself',
      `\`${DEFAULT_VF_PROVIDER}\``,
    ),
    vlans: optional(
      mapping(name, vlan, 'must be a mapping: NICs, each with the VLAN of its VFs, such as `{ pf0: 10 }`'),
      'The VLANs that PFs put their VFs on while pods hold them, by NIC; only with a model whose PF can do that (`igb`)',
      'none',
    ),
  },
  { error: 'must be a mapping such as `{ control-plane: control, nodes: [guest] }`' },
);
