import { stringify } from 'yaml';
import type { Credential } from './certificates.js';

/** What a client of the API server has to know. */
export interface Access {
  /** The API server's URL. */
  readonly server: string;
  /** The certificate of the authority that has signed the API server's, as PEM. */
  readonly authority: string;
  readonly user: string;
  readonly credential: Credential;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A kubeconfig (v1 Config) with everything in it: no other file is needed. `cluster`: what it is called there. */
export function kubeconfigText({ server, authority, user, credential }: Access, cluster: string): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': cluster,
      clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(authority) } }],
      contexts: [{ name: cluster, context: { cluster, user } }],
      users: [
        {
          name: user,
          user: {
            'client-certificate-data': base64(credential.certificate),
            'client-key-data': base64(credential.key),
          },
        },
      ],
    },
    { lineWidth: 0 },
  );
}
