import { StateError, UsageError } from '../../errors/families.js';
import type { Host } from '../../hosts/host.js';
import type { PeerHost } from '../../hosts/namespace-host.js';
import type { Kubernetes } from '../../model/kubernetes.js';
import { logsCommand, wordsFor } from '../record.js';
import type { RunningLab } from '../running-lab.js';
import { API_PORT } from './paths.js';

const CONNECT_SECONDS = 5;
const ANSWER_MS = 30_000;

/** The cluster of a lab that is up. */
export interface RunningCluster {
  readonly running: RunningLab;
  readonly kubernetes: Kubernetes;
  /** Where kubectl and other clients of its API server run, on this computer. */
  readonly clients: PeerHost;
}

/** The cluster of a lab. Throws UsageError if the lab has none, and StateError if its API server takes no connections. */
export async function clusterOf(running: RunningLab): Promise<RunningCluster> {
  const { lab } = running.record;
  const { kubernetes } = lab;
  if (kubernetes === null) {
    throw new UsageError({
      code: 'LAB-CLUSTER-NONE',
      message: `lab ${lab.name} has no cluster`,
      hint: 'add `kubernetes` to its definition (docs/kubernetes.md), or use a lab that has one: lab up k8s',
    });
  }
  const clients = running.peer(kubernetes.controlPlane.clients);
  const refusal = await refusalOf(kubernetes, clients);
  if (refusal !== undefined) {
    throw new StateError(
      {
        code: 'LAB-CLUSTER-DOWN',
        message: `the API server (kube-apiserver) of lab ${lab.name} does not take connections`,
        hint: `see why: ${logsCommand(running.record.id, 'kube-apiserver')}; start it again: lab up ${wordsFor(running.record.id)}`,
      },
      { cause: refusal },
    );
  }
  return { running, kubernetes, clients };
}

/**
 * Why the API server cannot be connected to; undefined if it can. In a machine its process could be asked for, too, but through a guest agent
 * that serves one client at a time: kubectl would wait for a test that runs.
 */
async function refusalOf(
  { controlPlane: { address } }: Kubernetes,
  clients: Pick<Host, 'run'>,
): Promise<Error | undefined> {
  const argv = ['busybox', 'nc', '-w', String(CONNECT_SECONDS), address, String(API_PORT)] as const;
  try {
    const { exitCode, stderr } = await clients.run(argv, { timeoutMs: ANSWER_MS });
    return exitCode === 0 ? undefined : new Error(stderr.trim());
  } catch (error) {
    return error as Error;
  }
}
