import { describe, expect, it } from 'vitest';
import { assertion, type CheckTarget, type ScriptOutput } from '../../../src/checks/check.js';
import { check } from '../../../src/checks/cni-attach/run.js';
import type { cniPluginNames } from '../../../src/checks/cni-attach/spec.js';
import type { NicFile } from '../../../src/definition/shape-nic.js';
import type { Lab } from '../../../src/model/lab.js';
import { firstTarget, lab } from '../../support/definition.js';
import { failedIn, fakeHost, fine, linksOf, runIn } from './fake-world.js';

type CniPluginName = (typeof cniPluginNames)[number];
type Model = 'igb' | 'virtio-net';

/** Two VFs with a peer, and where the model lets VFs differ, one without. */
function withVfs(model: Model, parameters: { plugin?: CniPluginName } = {}): Lab {
  const vfs: NicFile['vfs'] = model === 'igb' ? 2 : [{}, {}, { backend: 'user' }];
  return lab({
    networks: { lan: {} },
    peers: { server: { network: 'lan', address: '10.0.0.1' }, second: { network: 'lan' } },
    machines: { guest: { nics: { pf0: { model, backend: { tap: 'lan' }, vfs } } } },
    checks: [{ 'cni-attach': parameters }],
  });
}

function scriptsOf(of: Lab): { path: string; content: string }[] {
  return check.scripts(firstTarget(of), 'tcg');
}

const target: CheckTarget = firstTarget(withVfs('virtio-net'));

/** 10 packets of 1408 bytes, after the first ADD and after the second. */
const payload = 28_160;

/** A world whose taps count so much while the containers have the VFs. */
function world(counts: Readonly<Record<string, readonly [number, number]>>) {
  const ran: string[] = [];
  let attached = false;
  return {
    ran,
    script: (path: string): ScriptOutput => {
      ran.push(path);
      attached ||= path.endsWith('host-device.sh');
      return fine;
    },
    context: {
      host: fakeHost(() =>
        linksOf(
          Object.fromEntries(
            Object.entries(counts).map(([tap, [rx, tx]]) => [
              tap,
              attached ? { rx: rx + 7, tx: tx + 9 } : { rx: 7, tx: 9 },
            ]),
          ),
        ),
      ),
    },
  };
}

const enough = [payload, payload] as const;

describe('cni-attach', () => {
  it('passes when the tap of each VF that has a peer counted the payload of both exchanges', async () => {
    const of = world({ 'guest-pf0.vf0': enough, 'guest-pf0.vf1': enough });
    const results = await runIn(withVfs('virtio-net'), of);
    expect(failedIn(results)).toEqual([]);
    expect(results[0]?.assertions.map(({ title }) => title)).toEqual([
      'it is so',
      'outside: the tap of vf0 counted what its containers sent and received',
      'outside: the tap of vf1 counted what its containers sent and received',
    ]);
    expect(of.ran).toEqual([
      'checks/guest-pf0/cni-attach-host-device.sh',
      'checks/guest-pf0/cni-attach-host-device-end.sh',
    ]);
  });

  it.each([
    ['received', [payload - 1, payload] as const, `counted: ${payload - 1} and ${payload} bytes`],
    ['sent', [payload, payload - 1] as const, `counted: ${payload} and ${payload - 1} bytes`],
  ])('fails when a tap %s a byte too few', async (_, counts, words) => {
    const results = await runIn(
      withVfs('virtio-net'),
      world({ 'guest-pf0.vf0': counts, 'guest-pf0.vf1': enough }),
    );
    expect(failedIn(results)).toEqual([
      'outside: the tap of vf0 counted what its containers sent and received',
    ]);
    expect(results[0]?.assertions[1]?.diagnostics).toEqual([words, `payload: ${payload} bytes`]);
  });

  it('takes the VFs back whatever happens, and tells only what fails of that', async () => {
    const of = world({});
    const results = await runIn(withVfs('virtio-net'), {
      ...of,
      script: (path) => {
        of.script(path);
        return path.endsWith('end.sh') ? { ...fine, assertions: [assertion(false, 'all are back')] } : fine;
      },
      context: {
        host: fakeHost(() => {
          if (of.ran.length > 0) throw new Error('ip has gone');
          return '[]';
        }),
      },
    });
    expect(failedIn(results)).toEqual(['all are back', 'the measurement from outside succeeded']);
  });

  it('looks at no tap that VFs share', async () => {
    const of = world({});
    const results = await runIn(withVfs('igb', { plugin: 'sriov' }), of);
    expect(results[0]?.assertions.map(({ title }) => title)).toEqual(['it is so']);
    expect(of.ran.at(0)).toBe('checks/guest-pf0/cni-attach-sriov.sh');
  });

  it('takes longer with each VF that has a peer', () => {
    expect(check.scriptLimitMs(target)).toBe(60_000 + 2 * 30_000);
  });
});

describe('the script of cni-attach', () => {
  const attach = (of: Lab): string => scriptsOf(of)[0]?.content ?? '';

  it('attaches each VF that has a peer, and reaches the first of its peers', () => {
    const script = attach(withVfs('virtio-net'));
    for (const vf of target.nic.vfs.slice(0, 2)) expect(script).toContain(vf.bdf);
    expect(script).toContain('10.0.0.1');
    expect(scriptsOf(withVfs('virtio-net')).map(({ path }) => path)).toEqual([
      'checks/guest-pf0/cni-attach-host-device.sh',
      'checks/guest-pf0/cni-attach-host-device-end.sh',
    ]);
  });

  it.each([
    ['virtio-net', 'host-device', '1.0.0', 'pciBusID'],
    ['igb', 'sriov', '0.3.1', 'deviceID'],
    ['virtio-net', 'sriov-virtio', '0.3.1', 'deviceID'],
  ] as const)('calls, on %s, %s in CNI %s with a VF by its %s', (model, plugin, version, key) => {
    const script = attach(withVfs(model, { plugin }));
    expect(script).toContain(`"cniVersion":"${version}"`);
    expect(script).toContain(`"${key}":`);
    // Since CNI 0.4.0 DEL is given what ADD has said, and there is CHECK.
    expect(script.includes('prevResult')).toBe(plugin === 'host-device');
    // A virtio PF governs nothing: no VLAN can be set through it.
    expect(script.includes('"vlan":4000')).toBe(plugin === 'sriov');
  });
});
