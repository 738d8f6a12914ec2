import { igb } from './igb.js';
import type { NicModel } from './nic-model.js';
import { nvme } from './nvme.js';
import { virtioNet } from './virtio-net.js';
import { virtioNetMultifunction } from './virtio-net-multifunction.js';

const nicModels: readonly NicModel[] = [virtioNet, virtioNetMultifunction, igb, nvme];

export const DEFAULT_NIC_MODEL = virtioNet.name;

export function nicModelNames(): string[] {
  return nicModels.map((model) => model.name);
}

/** The model of that name. Throws if there is none: rules.ts has refused such a definition before. */
export function nicModel(name: string): NicModel {
  const found = nicModels.find((model) => model.name === name);
  if (found === undefined) throw new Error(`no NIC model ${name}`);
  return found;
}
