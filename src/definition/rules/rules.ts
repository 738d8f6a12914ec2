import type { Problem } from '../../errors/lab-error.js';
import type { Draft } from '../draft.js';
import {
  macsAreOfNics,
  macsDiffer,
  networksHaveRoom,
  networksHaveSubnets,
  peersFit,
  subnetsCanBeUsed,
} from './addresses.js';
import { benchPodsCanBe } from './bench-pods.js';
import { benchCompares, benchImageMeasures, benchNamesExist, benchSubnetIsFree } from './bench.js';
import { checksHaveTargets } from './check-targets.js';
import { checksExist } from './checks.js';
import {
  networksHaveRoomForPods,
  nodesHavePodNetworks,
  podNetworkIsFree,
  serviceNetworkIsFree,
} from './cluster-addresses.js';
import {
  clusterImagesHaveKubernetes,
  clusterMachinesHaveMemory,
  controlPlaneHasCpus,
  programsAreOfTheVersion,
} from './cluster-images.js';
import {
  administratorIsFree,
  controlPlaneHasAPlace,
  controlPlaneIsOnANetwork,
  kubernetesCanBeBuilt,
  nodesAreMachines,
  nodesReachTheControlPlane,
} from './cluster-places.js';
import { nodesHaveVfs, podsCanAskForVfs } from './cluster-vfs.js';
import { vfVlansArePossible } from './cluster-vlans.js';
import { busNamesAreFree } from './compositions.js';
import { cniPluginsAreThere, disksFitInside, imagesCanBeMade, outerMachinesHaveNoDisk } from './images.js';
import {
  innerNetworksArePlain,
  innerNetworksHaveAPlace,
  peersAreOutside,
  tapsAreWhereTheirNetworkIs,
  uplinksLeadOut,
} from './inner-networks.js';
import { innerMtusFitOutside, mtusFitTheNetwork } from './mtus.js';
import { busesFit, hasMachines, memoryIsPossible } from './machines.js';
import { nestingIsPossible, outerMachinesCarryQemu, outerMachinesHaveRoom } from './nesting.js';
import {
  addrsArePlaces,
  backendsAreNamed,
  backendsFitTheModel,
  functionCountsFit,
  propertiesAreFree,
  settingsFitTheModel,
} from './nics.js';
import { busesExist, imagesExist, modelsExist, networksExist } from './references.js';
import type { Locator, Rule } from './rule.js';
import { storageHoldsTheData } from './storage.js';
import { vdpaDevicesServe, vdpaHasAnIommu } from './vdpa.js';
import { vlanIdsDiffer, vlansExist } from './vlans.js';

const rules: readonly Rule[] = [
  hasMachines,
  memoryIsPossible,
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
  imagesCanBeMade,
  outerMachinesHaveNoDisk,
  disksFitInside,
  busesExist,
  busesFit,
  busNamesAreFree,
  checksExist,
  functionCountsFit,
  backendsAreNamed,
  backendsFitTheModel,
  settingsFitTheModel,
  propertiesAreFree,
  addrsArePlaces,
  peersFit,
  networksHaveRoom,
  networksHaveSubnets,
  subnetsCanBeUsed,
  macsAreOfNics,
  macsDiffer,
  mtusFitTheNetwork,
  innerMtusFitOutside,
  vdpaDevicesServe,
  vdpaHasAnIommu,
  tapsAreWhereTheirNetworkIs,
  checksHaveTargets,
  cniPluginsAreThere,
  storageHoldsTheData,
  benchNamesExist,
  benchCompares,
  benchSubnetIsFree,
  benchImageMeasures,
  benchPodsCanBe,
  kubernetesCanBeBuilt,
  controlPlaneHasAPlace,
  administratorIsFree,
  controlPlaneIsOnANetwork,
  nodesAreMachines,
  nodesReachTheControlPlane,
  clusterMachinesHaveMemory,
  controlPlaneHasCpus,
  clusterImagesHaveKubernetes,
  programsAreOfTheVersion,
  nodesHaveVfs,
  podsCanAskForVfs,
  vfVlansArePossible,
  podNetworkIsFree,
  serviceNetworkIsFree,
  nodesHavePodNetworks,
  networksHaveRoomForPods,
];

/** Everywhere that the parts of a definition contradict each other. */
export function ruleProblems(draft: Draft, at: Locator): Problem[] {
  return rules.flatMap((rule) => [...rule(draft, at)]);
}

/** Problems with which it is not known which devices a machine has. */
const aboutDevices: ReadonlySet<Problem['code']> = new Set([
  'LAB-RULE-MODEL',
  'LAB-RULE-BUS',
  'LAB-RULE-BUS-COUNT',
  'LAB-RULE-VF-COUNT',
  'LAB-RULE-FUNCTION-COUNT',
  'LAB-RULE-SETTING',
  'LAB-RULE-PROPERTY',
  'LAB-RULE-ADDR',
] as const);

/** Whether the machines of a definition with these problems can be resolved, so that their devices can be judged. */
export function devicesAreKnown(problems: readonly Problem[]): boolean {
  return !problems.some(({ code }) => aboutDevices.has(code));
}
