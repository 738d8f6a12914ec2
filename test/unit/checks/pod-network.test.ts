import { describe, expect, it } from 'vitest';
import { assertion, type ScriptOutput } from '../../../src/checks/check.js';
import { connectedTo } from '../../../src/checks/pod-network/connections.js';
import { findCheck } from '../../../src/checks/runs.js';
import { clusterTarget, labWithCluster, request } from '../../support/cluster-checks.js';
import { useScratch } from '../../support/scratch.js';
import { failedOf, runScript } from '../../support/fake-kubectl.js';
import { failedIn, fakeHost, fine, linksOf, runIn, saying } from './fake-world.js';

const scratch = useScratch();

const COUNT = 3;
const PAYLOAD = COUNT * 1408;
const two = labWithCluster([request('pod-network', 'uplink', COUNT)]);
const node = two.kubernetes?.nodes[0]?.address.replace(/\/.*/, '') ?? '';

/** A line of /proc/net/tcp of the peer 10.0.0.1. */
function connection(from: string, { port = 12865, state = '01' } = {}): string {
  const hex = (number: number, digits: number): string =>
    number.toString(16).toUpperCase().padStart(digits, '0');
  const address = from
    .split('.')
    .reverse()
    .map((byte) => hex(Number(byte), 2))
    .join('');
  return `   1: 0100000A:${hex(port, 4)} ${address}:D431 ${state} 00000000:00000000 00:00000000 00000000 0 0 1 1\n`;
}

const LISTENING = '   0: 0100000A:3241 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1\n';

interface Faults {
  readonly fails?: string;
  readonly eth0?: number;
  readonly peer?: number;
  /** Whom the peer sees. */
  readonly seen?: readonly string[];
}

function cluster({ fails, eth0 = PAYLOAD, peer = PAYLOAD, seen = [node] }: Faults = {}) {
  const ran: string[] = [];
  let counted = 0;
  const script = (path: string, on: string): ScriptOutput => {
    const name = path.slice(path.lastIndexOf('/') + 1).replace('pod-network-', '');
    ran.push(`${name} on ${on}`);
    if (name === fails) return { ...fine, assertions: [assertion(false, `${name} works`)] };
    if (name !== 'to-peer.sh' && name !== 'to-pods.sh') return fine;
    counted += 1;
    const block = { eth0: { rx: eth0, tx: eth0 } };
    return { ...saying(block), data: [block, block] };
  };
  const peerHost = () =>
    fakeHost((command) =>
      command.startsWith('cat')
        ? LISTENING + seen.map((address) => connection(address)).join('')
        : linksOf({ eth0: { rx: counted * peer, tx: counted * peer } }),
    );
  return { ran, script, context: { outside: fakeHost(() => '[]'), peer: peerHost } };
}

describe('pod-network', () => {
  it('passes when pods reach the peer and each other, and a rule cuts them off', async () => {
    const of = cluster();
    expect(failedIn(await runIn(two, of))).toEqual([]);
    expect(of.ran).toEqual([
      'begin.sh on control',
      'to-peer.sh on control',
      'to-pods.sh on control',
      'connect.sh on control',
      'cut.sh on machine',
      'silent.sh on control',
      'restore.sh on machine',
      'to-peer.sh on control',
      'end.sh on control',
    ]);
  });

  const seesNode = 'control sees pod 1 under the node’s address';

  it.each<[Faults, string[]]>([
    [
      { eth0: PAYLOAD - 1 },
      ['pod 1 to control: eth0', 'pod 1 to pod 2: eth0'].map(
        (title) => `${title} counted the payload both ways`,
      ),
    ],
    [{ peer: PAYLOAD - 1 }, ['pod 1 to control: control counted the payload both ways']],
    [{ seen: ['10.244.0.2'] }, [seesNode]],
    [{ seen: [node, '10.244.0.2'] }, [seesNode]],
    [{ fails: 'cut.sh' }, ['cut.sh works']],
    [{ fails: 'silent.sh' }, ['silent.sh works']],
    [{ fails: 'restore.sh' }, ['restore.sh works']],
    [{ fails: 'connect.sh' }, ['connect.sh works']],
    [{ fails: 'end.sh' }, ['end.sh works']],
  ])('fails for %o', async (faults, failed) => {
    expect(failedIn(await runIn(two, cluster(faults)))).toEqual(failed);
  });

  it('goes no further when a pod does not start', async () => {
    const of = cluster({ fails: 'begin.sh' });
    expect(failedIn(await runIn(two, of))).toEqual(['begin.sh works']);
    expect(of.ran).toEqual(['begin.sh on control', 'end.sh on control']);
  });

  it('takes the rule away when the scripts fail', async () => {
    const of = cluster();
    const broken = {
      ...of,
      script: (path: string, on: string): ScriptOutput => {
        const said = of.script(path, on);
        if (path.endsWith('silent.sh')) throw new Error('the peer has gone');
        return said;
      },
    };
    await expect(runIn(two, broken)).rejects.toThrow('the peer has gone');
    expect(of.ran).toContain('restore.sh on machine');
  });
});

describe('who is connected to a port', () => {
  it('is told by the open connections to it', () => {
    const table = `${LISTENING}${connection('10.0.0.11')}${connection('10.0.0.12', { port: 80 })}${connection('10.0.0.13', { state: '06' })}`;
    expect(connectedTo(12865, table)).toEqual(['10.0.0.11']);
    expect(connectedTo(12865, '')).toEqual([]);
  });
});

describe('the scripts of pod-network', () => {
  const target = clusterTarget('pod-network', 'uplink');
  const silent = 'with a rule of the node against it, control does not answer pod 1';

  it.each([
    ['3 packets transmitted, 0 packets received, 100% packet loss', []],
    ['64 bytes from 10.0.0.1: seq=0 ttl=63 time=1 ms', [silent]],
    ['error: unable to upgrade connection', [silent]],
  ])('take %s as they should', async (said, failed) => {
    expect(failedOf(await runScript(scratch(), target, 'pod-network-silent.sh', `echo '${said}'`))).toEqual(
      failed,
    );
  });

  it('cut off the pods of the node, and nobody else', async () => {
    const nft = `case $1 in -f) cat >rule ;; list) cat left 2>/dev/null ;; esac`;
    const said = await runScript(scratch(), target, 'pod-network-cut.sh', '', { nft });
    expect(failedOf(said)).toEqual([]);
    const cut = findCheck('pod-network').scripts(target, 'tcg')[4];
    expect(cut?.content).toContain('ip saddr 10.244.0.0/24 ip daddr 10.0.0.1 drop');
  });

  it.each([
    ['table ip lab-check', ['the node has no rule of the check']],
    ['table ip cni', []],
  ])('find, of the tables %s, what is left', async (tables, failed) => {
    const nft = `[ "$1" = delete ] || echo '${tables}'`;
    expect(failedOf(await runScript(scratch(), target, 'pod-network-restore.sh', '', { nft }))).toEqual(
      failed,
    );
  });

  it('reach a pod on each other node', () => {
    const options = { nodes: ['guest', 'second', 'third'] };
    const scripts = findCheck('pod-network').scripts(clusterTarget('pod-network', 'uplink', options), 'tcg');
    expect(scripts[0]?.content).toContain('pod 3 second');
    expect(scripts[2]?.content).toContain("'pod 1 to pod 3 on second'");
  });
});
