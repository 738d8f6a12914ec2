import type { Problem } from '../../errors/lab-error.js';
import type { LabFile } from '../../model/lab-file.js';
import { macsDiffer, networksHaveRoom, peersFit } from './addresses.js';
import { checksHaveTargets } from './check-targets.js';
import { checksExist } from './checks.js';
import { benchCompares, benchNamesExist, benchSubnetIsFree } from './bench.js';
import { busNamesAreFree, compositionsAreWhatTheySay } from './compositions.js';
import {
  innerNetworksArePlain,
  innerNetworksHaveAPlace,
  peersAreOutside,
  tapsAreWhereTheirNetworkIs,
  uplinksLeadOut,
} from './inner-networks.js';
import { busesFit, hasMachines } from './machines.js';
import { nestingIsPossible, outerMachinesCarryQemu, outerMachinesHaveRoom } from './nesting.js';
import {
  addrsArePlaces,
  backendsAreNamed,
  backendsFitTheModel,
  functionCountsFit,
  propertiesAreFree,
  settingsFitTheModel,
} from './nics.js';
import { cniPluginsAreThere, imagesAreMadeOfWhatThereIs, nestedMachinesHaveNoDisk } from './images.js';
import { busesExist, imagesExist, modelsExist, networksExist } from './references.js';
import type { Locator, Rule } from './rule.js';
import { storageHoldsTheData } from './storage.js';
import { vdpaDevicesServe, vdpaHasAnIommu } from './vdpa.js';
import { vlanIdsDiffer, vlansExist } from './vlans.js';

export const rules: readonly Rule[] = [
  hasMachines,
  nestingIsPossible,
  outerMachinesCarryQemu,
  outerMachinesHaveRoom,
  networksExist,
  innerNetworksHaveAPlace,
  uplinksLeadOut,
  innerNetworksArePlain,
  peersAreOutside,
  vlanIdsDiffer,
  vlansExist,
  modelsExist,
  imagesExist,
  imagesAreMadeOfWhatThereIs,
  nestedMachinesHaveNoDisk,
  busesExist,
  busesFit,
  checksExist,
  functionCountsFit,
  backendsAreNamed,
  backendsFitTheModel,
  settingsFitTheModel,
  propertiesAreFree,
  addrsArePlaces,
  peersFit,
  networksHaveRoom,
  macsDiffer,
  vdpaDevicesServe,
  vdpaHasAnIommu,
  tapsAreWhereTheirNetworkIs,
  checksHaveTargets,
  cniPluginsAreThere,
  storageHoldsTheData,
  benchNamesExist,
  benchCompares,
  benchSubnetIsFree,
];

/** Those that miss something: they say nothing of a definition from which a wrong part had to be taken out. */
export const rulesAboutAbsence: ReadonlySet<Rule> = new Set([hasMachines, checksHaveTargets]);

/** Those that look at what QEMU is told, which there is only when the rest is sound. */
const rulesAboutCompositions: readonly Rule[] = [compositionsAreWhatTheySay, busNamesAreFree];

/** Problems with which it cannot be said which devices a machine has. */
const aboutDevices = new Set([
  'LAB-RULE-MODEL',
  'LAB-RULE-BUS',
  'LAB-RULE-BUS-COUNT',
  'LAB-RULE-VF-COUNT',
  'LAB-RULE-FUNCTION-COUNT',
  'LAB-RULE-SETTING',
  'LAB-RULE-PROPERTY',
  'LAB-RULE-ADDR',
]);

/** Everything that the parts of a definition say of each other and that cannot be true. */
export function findRuleProblems(lab: LabFile, at: Locator): Problem[] {
  const problems = rules.flatMap((rule) => [...rule(lab, at)]);
  if (problems.some(({ code }) => aboutDevices.has(code))) return problems;
  return [...problems, ...rulesAboutCompositions.flatMap((rule) => [...rule(lab, at)])];
}
