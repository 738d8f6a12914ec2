import { describe, expect, it } from 'vitest';
import { useScratch } from '../../support/scratch.js';
import { clusterTarget, labWithCluster, request } from '../../support/cluster-checks.js';
import { failedOf, runScript } from '../../support/fake-kubectl.js';
import { fine, runIn } from './fake-world.js';

const scratch = useScratch();

/** What a healthy cluster answers, but for what `changed` says: shell code that comes first. */
function answers(changed = ''): string {
  return `case "$*" in
    ${changed}
    'get --raw /readyz' | 'get --raw /livez') printf ok ;;
    'get --raw /version') printf '{\\n  "gitVersion": "v1.37.2",\\n  "platform": "linux/amd64"\\n}' ;;
    'get componentstatus '*) echo 'Warning: v1 ComponentStatus is deprecated in v1.19+' >&2; printf 'True ok' ;;
    'get nodes '*) echo guest ;;
    'get node guest '*Ready*) printf 'True kubelet is posting ready status' ;;
    'get node guest '*kubeletVersion*) printf v1.37.2 ;;
    'get node guest '*allocatable*) printf '{"cpu":"1","memory":"1Gi","sriov.lab/pf0":"2"}' ;;
    'get resourceslices '*) printf 'other pf0\\nguest pf0 pf0\\n' ;;
    'get pods -A '*) printf 'one 0\\ntwo 0 0\\npending\\n' ;;
    *) echo "unknown: $*"; exit 1 ;;
esac`;
}

describe('the script of cluster', () => {
  const target = clusterTarget('cluster', null);
  const failed = async (changed: string, of = target): Promise<string[]> =>
    failedOf(await runScript(scratch(), of, 'cluster.sh', answers(changed)));

  it('passes when the cluster is the lab’s', async () => {
    const said = await runScript(scratch(), target, 'cluster.sh', answers());
    expect(failedOf(said)).toEqual([]);
    expect(said.assertions).toHaveLength(11);
  });

  it('passes with DRA when the slices have the VFs of the node', async () => {
    expect(await failed('', clusterTarget('cluster', null, { vfs: 'dra' }))).toEqual([]);
  });

  it('looks for no VF when the user hands them out', async () => {
    const said = await runScript(
      scratch(),
      clusterTarget('cluster', null, { vfs: 'none' }),
      'cluster.sh',
      answers(),
    );
    expect(failedOf(said)).toEqual([]);
    expect(said.assertions).toHaveLength(10);
  });

  const vfs = 'guest advertises exactly its VFs: sriov.lab/pf0: 2';

  it.each([
    ["*readyz) echo '[-]etcd failed' ;;", 'the API server answers /readyz'],
    ['*livez) exit 1 ;;', 'the API server answers /livez'],
    [`*version) printf '{ "gitVersion": "v1.36.0" }' ;;`, 'the API server is Kubernetes 1.37.2'],
    ["*'componentstatus scheduler '*) printf 'False refused' ;;", 'scheduler is healthy'],
    ["*'componentstatus etcd-0 '*) : ;;", 'etcd-0 is healthy'],
    ["'get nodes '*) echo guest; echo stranger ;;", 'its nodes are those of the lab'],
    ["'get nodes '*) : ;;", 'its nodes are those of the lab'],
    ["*Ready*) printf 'False cni plugin not initialized' ;;", 'guest is Ready'],
    ["*Ready*) printf 'Unknown no report' ;;", 'guest is Ready'],
    ['*kubeletVersion*) printf v0.0.0 ;;', 'the kubelet of guest is Kubernetes 1.37.2'],
    [`*allocatable*) printf '{"sriov.lab/pf0":"1"}' ;;`, vfs],
    [`*allocatable*) printf '{"sriov.lab/pf0":"3"}' ;;`, vfs],
    [`*allocatable*) printf '{"sriov.lab/pf0":"2","sriov.lab/other":"1"}' ;;`, vfs],
    [`*allocatable*) printf '{"cpu":"1"}' ;;`, vfs],
    ["'get pods -A '*) printf 'one 0\\ntwo 1\\n' ;;", 'no container of the cluster has restarted'],
    ["'get pods -A '*) echo 'error: refused' ;;", 'no container of the cluster has restarted'],
    ["'get pods -A '*) printf 'one 0 3\\n' ;;", 'no container of the cluster has restarted'],
  ])('fails for %s', async (changed, title) => {
    expect(await failed(changed)).toEqual([title]);
  });

  it.each(['guest pf0', 'guest pf0 pf0 pf0', 'other pf0 pf0', 'guest pf0 pf0 pf1'])(
    'fails with DRA for the slice %s',
    async (slice) => {
      const of = clusterTarget('cluster', null, { vfs: 'dra' });
      expect(await failed(`'get resourceslices '*) printf '${slice}\\n' ;;`, of)).toEqual([vfs]);
    },
  );

  it.each([
    ['active', '0', []],
    ['failed', '0', ['guest: containerd runs', 'guest: kubelet runs', 'guest: sriov-lab-device-plugin runs']],
    [
      'active',
      '2',
      ['guest: containerd has not restarted by itself', 'guest: kubelet has not restarted by itself'],
    ],
  ])('of a node whose services are %s and have restarted %s times', async (state, restarts, titles) => {
    const systemctl = `case $1 in is-active) echo ${state} ;; show) echo ${restarts} ;; esac`;
    const said = await runScript(scratch(), target, 'cluster-guest.sh', '', { systemctl });
    expect(failedOf(said)).toEqual(titles);
  });
});

describe('cluster', () => {
  it('asks the control plane once, then each node', async () => {
    const ran: string[] = [];
    const [result] = await runIn(labWithCluster([request('cluster', null)], { nodes: ['guest', 'second'] }), {
      script: (path, on) => {
        ran.push(`${path} on ${on}`);
        return fine;
      },
    });
    expect(result).toMatchObject({ title: 'cluster', machine: '', nic: '', ok: true });
    expect(ran).toEqual([
      'checks/cluster.sh on control',
      'checks/cluster-guest.sh on guest',
      'checks/cluster-second.sh on second',
    ]);
  });
});
