import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSIDE_FOLDER } from '../../hosts/guest-host.js';
import type { Kubernetes } from '../../model/kubernetes.js';
import { findByName } from '../../model/lab.js';
import { CONTROL_PLANE_SCRIPT, digestOf, folderOf } from '../artefacts.js';
import { CREDENTIALS } from '../cluster/control-plane.js';
import { CLUSTER_FOLDER, PKI_FOLDER } from '../cluster/paths.js';
import { acceleratorsOf, limitMsAt } from '../limits.js';
import type { PreparedLab } from '../prepare.js';
import { runPreparation } from '../run-preparation.js';
import type { Kind, Part } from './part.js';

const LIMIT_MS = 60_000;
/** control-plane.sh leaves it when it is done; a reboot, which takes the address, removes it. */
const PREPARED = '/run/sriov-lab-control-plane';
/** Removes what is there, etcd's data with it, if another authority than this one (its certificate) has signed it. */
const REMOVE_OTHER = `[ "$(cat ${PKI_FOLDER}/ca.crt 2>/dev/null)" = "$0" ] || rm -rf ${CLUSTER_FOLDER}`;

export const controlPlaneKind: Kind = {
  words: {
    absent: 'the machine is not prepared for the control plane',
    kept: 'it is as defined',
    ended: 'the machine has rebooted since',
    changed: 'the control plane’s address or its programs have changed',
    interrupted: 'an earlier `lab up` was interrupted while preparing the machine',
  },
  isThere: async ({ place }, site, signal) =>
    place !== 'computer' && (await site.host(place, signal)).exists(PREPARED),
  // What it has left goes with the machine, or is replaced.
  down: async () => Promise.resolve(),
};

/** The paths, in the lab's run folder, of what a control plane in a machine needs there. */
function filesIn(run: string): string[] {
  const inFolder = (folder: string): string[] =>
    readdirSync(join(run, folder)).map((name) => `${folder}/${name}`);
  return [
    ...inFolder(PKI_FOLDER),
    ...inFolder(CLUSTER_FOLDER).filter((path) => path.endsWith('.kubeconfig')),
  ];
}

/** What a machine needs before the control plane starts in it: an address, certificates, and links to the programs in its image. */
export function controlPlaneParts(prepared: PreparedLab, { controlPlane: { on } }: Kubernetes): Part[] {
  if ('peer' in on) return [];
  const { machine: name } = on;
  const { lab, artefacts } = prepared;
  const path = `${folderOf(lab, name)}${CONTROL_PLANE_SCRIPT}`;
  const script = artefacts.find((artefact) => artefact.path === path);
  const limitMs = limitMsAt(findByName(lab.machines, name), LIMIT_MS, acceleratorsOf(prepared));
  return [
    {
      kind: 'control-plane',
      name,
      place: on,
      digest: digestOf(script?.content ?? ''),
      needs: [`machine ${name}`, CREDENTIALS],
      within: null,
      title: `Prepare ${name} for the control plane`,
      up: async (site, { signal }) =>
        Promise.resolve(async () => {
          const { run } = site.folder;
          const guest = await site.guest(name, signal);
          await guest.run(['mkdir', '-p', '-m', '0700', INSIDE_FOLDER], { signal });
          const host = await site.host(on, signal);
          const authority = readFileSync(join(run, PKI_FOLDER, 'ca.crt'), 'utf8').trim();
          await host.run(['sh', '-c', REMOVE_OTHER, authority], { signal });
          await host.run(['mkdir', '-p', '-m', '0700', CLUSTER_FOLDER, PKI_FOLDER], { signal });
          await host.putFile(CONTROL_PLANE_SCRIPT, readFileSync(join(run, path)));
          for (const file of filesIn(run)) await host.putFile(file, readFileSync(join(run, file)));
          const log = site.folder.log(`${name}.control-plane`);
          await runPreparation(host, CONTROL_PLANE_SCRIPT, { id: site.folder.id, log, limitMs, signal });
          site.log('control-plane-prepared', { machine: name });
        }),
    },
  ];
}
