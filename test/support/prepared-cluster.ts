import { renderLab } from '../../src/lab/artefacts.js';
import type { Part } from '../../src/lab/parts/part.js';
import { partsOf } from '../../src/lab/parts/parts-of.js';
import type { PreparedLab } from '../../src/lab/prepare.js';
import { keyOf } from '../../src/lab/record.js';
import type { Kubernetes } from '../../src/model/kubernetes.js';
import type { Accelerator } from '../../src/toolchain/types.js';
import { labWithCluster } from './cluster.js';

/** A lab with a cluster, as `lab up` has it before it touches anything. `digest`: of the cluster's programs. */
export function preparedCluster(cluster: Kubernetes, accelerator: Accelerator, digest: string): PreparedLab {
  const lab = labWithCluster(cluster);
  return {
    lab,
    acceleration: { accelerator, reason: '' },
    accelerationInside: { accelerator, reason: '' },
    images: new Map(),
    cluster: { kubernetes: cluster, programs: { folder: '/cache/programs', digest, version: '1.37.2' } },
    artefacts: renderLab(lab, { vhostNet: false, accelerator, acceleratorInside: accelerator }),
    tools: '',
    bootLimitMs: undefined,
  } as unknown as PreparedLab;
}

/** The part of a lab with that key. Throws if there is none. */
export function partOf(prepared: PreparedLab, key: string): Part {
  const found = partsOf(prepared).find((part) => keyOf(part) === key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
}
