import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../artefacts.js';
import { CLUSTER_FOLDER, kubeconfigOf, programPath } from '../cluster/paths.js';
import { linkPrograms } from '../cluster/programs.js';
import type { PreparedCluster } from '../prepare.js';
import { NAMESPACE } from './namespace.js';
import type { Kind, Part } from './part.js';

const NAME = 'of the cluster';

export const credentialsKind: Kind = {
  words: {
    absent: 'the cluster has none yet',
    kept: 'they are as defined',
    ended: 'they are gone',
    changed: 'the control plane’s address or its programs have changed',
    interrupted: 'an earlier `lab up` was interrupted while creating them',
  },
  isThere: async (_, { folder: { run } }) =>
    Promise.resolve(
      [kubeconfigOf('admin'), programPath('kube-apiserver')].every((path) => existsSync(join(run, path))),
    ),
  // etcd's data with them: another authority has signed what is in there.
  down: async (_, { folder: { run } }) => {
    rmSync(join(run, CLUSTER_FOLDER), { recursive: true, force: true });
    return Promise.resolve();
  },
};

/** Certificates, keys and kubeconfigs of the cluster, and the links to its programs: in the lab's run folder alone, and gone with it. */
export function credentialsPart(lab: string, { kubernetes, programs }: PreparedCluster): Part {
  return {
    kind: 'credentials',
    name: NAME,
    place: 'namespace',
    digest: digestOf(kubernetes.controlPlane.address, programs.digest),
    needs: [NAMESPACE],
    within: null,
    title: 'Create the cluster’s certificates',
    up: async (site) =>
      Promise.resolve(async () => {
        // Loaded only for a lab with a cluster.
        const { writeCredentials } = await import('../cluster/credentials.js');
        writeCredentials(site.folder.run, lab, kubernetes);
        linkPrograms(site.folder.run, programs.folder);
        site.log('credentials');
      }),
  };
}
