import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { benchScripts, containersOf } from '../../../../src/bench/containers/containers-of.js';
import type { CheckScript } from '../../../../src/checks/check.js';
import type { Bench } from '../../../../src/model/bench.js';
import type { Lab } from '../../../../src/model/lab.js';
import type { VfProvider } from '../../../../src/model/kubernetes.js';
import { labWithCluster } from '../../../support/cluster-checks.js';
import { lab } from '../../../support/definition.js';
import { failedOf, runIn } from '../../../support/fake-kubectl.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

function benched(vfs: VfProvider = 'device-plugin'): Lab & { readonly bench: Bench } {
  const of = lab({
    networks: { lan: { subnet: '10.0.0.0/24' } },
    peers: { server: { network: 'lan', address: '10.0.0.9' }, control: { network: 'lan' } },
    machines: {
      guest: { nics: { uplink: { backend: { tap: 'lan' } }, pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
    },
    kubernetes: { 'control-plane': 'control', nodes: ['guest'], vfs },
    bench: { machine: 'guest', peer: 'server', offload: 'pf0.vf0', software: 'uplink' },
  });
  const { bench } = of;
  if (bench === null) throw new Error('it has no bench');
  return { ...of, bench };
}

const own = benched();
const mac = String(own.machines[0]?.nics[1]?.vfs[0]?.mac);

function scriptOf(name: string, of: Lab = own): CheckScript {
  const found = benchScripts(of, () => 'kvm').find(({ path }) => path === `bench/${name}`);
  if (found === undefined) throw new Error(`no script ${name}`);
  return found;
}

/** An object of a manifest, as far as a bench cares. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly resourceClaims?: unknown;
    readonly containers?: readonly {
      readonly resources?: unknown;
      readonly volumeMounts: { mountPath: string }[];
    }[];
    readonly volumes?: readonly { readonly hostPath: { readonly path: string } }[];
  };
}

function manifestsOf(of: Lab): Manifest[] {
  return parseAllDocuments(scriptOf('pods.yaml', of).content).map((one) => one.toJS() as Manifest);
}

describe('the pods of a bench', () => {
  it('start through the control plane, and are looked at in the machine', () => {
    const { setUp, end } = containersOf(own, own.bench);
    expect(setUp).toEqual([
      { path: 'bench/pods.sh', on: { peer: 'control' } },
      { path: 'bench/offload.sh', on: 'machine' },
      { path: 'bench/software.sh', on: 'machine' },
    ]);
    expect(end).toEqual({ path: 'bench/end.sh', on: { peer: 'control' } });
  });

  it('are described by what they ask for, and by their ways out', () => {
    expect(containersOf(own, own.bench).words).toEqual({
      offload: expect.stringMatching(
        /^a pod on guest asks for sriov\.lab\/pf0 and gets pf0\.vf0, with an address from 10\.0\.0\.253 to 10\.0\.0\.254$/,
      ) as string,
      software: expect.stringMatching(
        /^a pod on guest, on 10\.244\.0\.0\/24, behind veth, bridge, routing and NAT on uplink \(10\.0\.0\.\d+\/24\)$/,
      ) as string,
    });
    const dra = benched('dra');
    expect(containersOf(dra, dra.bench).words.offload).toContain('claims a device of pf0.sriov.lab and gets');
  });

  it('are two, of which one asks for a VF, and both see the programs of the node', () => {
    const [offload, software, ...others] = manifestsOf(own);
    expect(others).toEqual([]);
    expect([offload?.metadata.name, software?.metadata.name]).toEqual([
      'lab-bench-offload',
      'lab-bench-software',
    ]);
    expect(offload?.spec.containers?.[0]?.resources).toEqual({ limits: { 'sriov.lab/pf0': 1 } });
    expect(software?.spec.containers?.[0]).not.toHaveProperty('resources');
    for (const { spec } of [offload, software] as Manifest[]) {
      const mounts = spec.containers?.[0]?.volumeMounts ?? [];
      expect(mounts.map(({ mountPath }) => mountPath)).toEqual(['/usr', '/lib', '/lib64']);
      expect(mounts.every((mount) => 'readOnly' in mount)).toBe(true);
      expect(spec.volumes?.map(({ hostPath }) => hostPath.path)).toEqual(['/usr', '/usr/lib', '/usr/lib64']);
    }
  });

  it('get the VF by a claim where the cluster has DRA', () => {
    const [claim, offload, software] = manifestsOf(benched('dra'));
    expect([claim?.kind, claim?.metadata.name]).toEqual(['ResourceClaimTemplate', 'lab-bench']);
    expect(offload?.spec.resourceClaims).toEqual([{ name: 'vf', resourceClaimTemplateName: 'lab-bench' }]);
    expect(offload?.spec.containers?.[0]?.resources).toEqual({ claims: [{ name: 'vf' }] });
    expect(software?.spec).not.toHaveProperty('resourceClaims');
  });

  it('cannot be those of a machine that is no node', () => {
    const of = { ...own, kubernetes: labWithCluster([], { nodes: ['other'] }).kubernetes };
    expect(() => containersOf(of, own.bench).words).toThrow('machine guest is no node');
  });
});

describe('pods.sh', () => {
  const run = async (kubectl: string) => runIn(scratch(), scriptOf('pods.sh'), { kubectl });

  it('removes what is left, creates both pods and waits for them', async () => {
    const output = await run('exit 0');
    expect(failedOf(output)).toEqual([]);
    expect(output.assertions.map(({ title }) => title)).toEqual([
      'pod offload is Ready',
      'pod software is Ready',
    ]);
    const calls = readFileSync(join(scratch(), 'calls'), 'utf8').split('\n');
    expect(calls[1]).toContain('delete pod -l sriov.lab/check=lab-bench');
    expect(calls[2]).toBe('create -f bench/pods.yaml');
  });

  it('says why a pod gets no VF, and does not wait for it to start', async () => {
    const output = await run(`case $* in
*PodScheduled*offload*) exit 1 ;;
'get pod lab-bench-offload'*) echo 'PodScheduled=False Unschedulable Insufficient sriov.lab/pf0' ;;
esac`);
    expect(failedOf(output)).toEqual(['pod offload is scheduled']);
    expect(output.assertions[0]?.diagnostics.join()).toContain('Insufficient sriov.lab/pf0');
    expect(readFileSync(join(scratch(), 'calls'), 'utf8')).not.toContain(
      'condition=Ready pod/lab-bench-offload',
    );
  });

  it('fails when a pod does not become Ready, or the API server does not take it', async () => {
    expect(failedOf(await run('case $* in *=Ready*software*) exit 1 ;; esac'))).toEqual([
      'pod software is Ready',
    ]);
    const refused = await run("case $* in create*) echo 'field is immutable'; exit 1 ;; esac");
    expect(refused.assertions[0]).toEqual({
      ok: false,
      title: 'the API server accepts the pods',
      diagnostics: ['field is immutable'],
    });
  });
});

it('end.sh fails while a pod is left', async () => {
  const kubectl = "case $* in 'get pods'*) echo pod/lab-bench-offload ;; esac";
  expect(failedOf(await runIn(scratch(), scriptOf('end.sh'), { kubectl }))).toEqual([
    'no pod of the check is left',
  ]);
});

/** What a node and a pod on it are like. */
interface Node {
  /** `ctr tasks list`, below its head. */
  readonly tasks?: string;
  readonly containers?: string;
  /** Shell code in place of what runs in the pod, which else runs in an imitation of one. */
  readonly inPod?: string;
  readonly cgroup?: string;
  readonly hostname?: string;
  readonly net1?: string;
  readonly netdevs?: readonly string[];
  readonly ping?: string;
  readonly translates?: boolean;
}

/** Runs the script of a side, and enter.sh, on a node. /run/lab, /proc and /sys are folders of the test. */
async function look(side: 'offload' | 'software', node: Node = {}) {
  const folder = scratch();
  const {
    tasks = 'abc 100 RUNNING',
    containers = 'abc',
    cgroup = '0::/',
    hostname = `lab-bench-${side}`,
    net1 = side === 'offload' ? mac : '',
    netdevs = side === 'offload' ? ['eth0', 'net1'] : ['eth0'],
    ping = 'exit 0',
    translates = true,
  } = node;
  for (const path of ['run/lab', 'proc/self', 'proc/net', 'sys/class/net/net1', 'counters'])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, 'proc/self/cgroup'), `${cgroup}\n`);
  const lines = ['lo', ...netdevs].map((name) => `  ${name}: 0 0\n`).join('');
  writeFileSync(join(folder, 'proc/net/dev'), `Inter-|   Receive\n face |bytes\n${lines}`);
  writeFileSync(join(folder, 'sys/class/net/net1/address'), net1 === '' ? '' : `${net1}\n`);
  const here = ({ path, content }: CheckScript): CheckScript => ({
    path,
    content: content.replaceAll(/(?<![\w.])\/(run\/lab|proc|sys|bin)\//g, `${folder}/$1/`),
  });
  writeFileSync(join(folder, 'run/lab/enter.sh'), here(scriptOf('enter.sh')).content);
  const nft =
    'read -r count 2>/dev/null <counters/nat || count=0; echo "oifname counter packets $count bytes 9 masquerade"';
  return runIn(folder, here(scriptOf(`${side}.sh`)), {
    programs: {
      ctr: `echo "$*" >>ctr-calls
case $* in
*'tasks list') printf 'TASK PID STATUS\\n%s\\n' '${tasks}' ;;
*'containers list'*) echo '${containers}' ;;
*'tasks exec'*) shift 7; ${node.inPod ?? 'exec "$@"'} ;;
esac`,
      env: 'shift; exec "$@"',
      timeout: 'shift; exec "$@"',
      hostname: `echo ${hostname}`,
      ping: `${translates ? 'echo 1 >counters/nat' : ':'}; ${ping}`,
      nft,
    },
  });
}

describe.each(['offload', 'software'] as const)('the script of the side %s', (side) => {
  it('passes when the pod is as it should be', async () => {
    const output = await look(side);
    expect(output.assertions.filter(({ ok }) => !ok)).toEqual([]);
    expect(output.assertions.map(({ title }) => title)).toEqual(
      side === 'offload'
        ? [
            'offload: what runs in the pod is in its cgroup and its namespaces',
            'offload: net1 of the pod is pf0.vf0',
            'offload: the pod has eth0, net1 and no other netdev',
            'offload: the pod reaches server',
          ]
        : [
            'software: what runs in the pod is in its cgroup and its namespaces',
            'software: the pod has eth0 and no other netdev',
            'software: the pod reaches server',
            'software: the node has translated the address of what the pod sent',
          ],
    );
  });

  it('enters the container that runs, not one that is left of an earlier pod', async () => {
    await look(side, { containers: 'old\nabc', tasks: 'other 9 RUNNING\nold 10 STOPPED\nabc 11 RUNNING' });
    expect(readFileSync(join(scratch(), 'run/lab', `${side}.container`), 'utf8')).toBe('abc\n');
    const calls = readFileSync(join(scratch(), 'ctr-calls'), 'utf8');
    expect(calls).toContain(`labels."io.kubernetes.pod.name"==lab-bench-${side},`);
    expect(calls).toMatch(/tasks exec --exec-id bench-\d+ abc .*\/env PATH=\S+ \S+\/timeout 60 sh -c/);
  });

  const others: readonly [string, Node, string][] = [
    ['in the node’s cgroup', { cgroup: '0::/system.slice/agent.service' }, 'what runs in the pod is in'],
    ['in another pod', { hostname: 'other' }, 'what runs in the pod is in'],
    ['with one netdev more', { netdevs: ['eth0', 'net1', 'net2'] }, 'and no other netdev'],
    ['cut off', { ping: 'echo "3 packets transmitted, 0 received"; exit 1' }, 'the pod reaches server'],
    ['that does not run', { tasks: 'abc 100 STOPPED' }, 'what runs in the pod is in'],
  ];

  it.each(others)('fails for a pod %s', async (_, node, title) => {
    expect(failedOf(await look(side, node)).join('\n')).toContain(title);
  });
});

it('the offload side fails with another VF or none', async () => {
  expect(failedOf(await look('offload', { net1: '52:54:00:00:00:01' }))).toEqual([
    'offload: net1 of the pod is pf0.vf0',
  ]);
  expect(failedOf(await look('offload', { net1: '' }))).toEqual(['offload: net1 of the pod is pf0.vf0']);
});

it('the software side fails when nothing is translated', async () => {
  expect(failedOf(await look('software', { translates: false }))).toEqual([
    'software: the node has translated the address of what the pod sent',
  ]);
});

it('what is said in place of a look is shown', async () => {
  const { remarks, assertions } = await look('offload', { inPod: 'echo no such task; exit 1' });
  expect(remarks).toContain('no such task');
  expect(assertions[0]?.ok).toBe(false);
});
