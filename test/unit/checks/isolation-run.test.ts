import { describe, expect, it } from 'vitest';
import { assertion, type ScriptOutput } from '../../../src/checks/check.js';
import { lab } from '../../support/definition.js';
import { failedIn, fakeHost, fine, linksOf, runIn, saying } from './fake-world.js';

const two = lab({
  networks: { lan: { vlans: [10, 20] } },
  peers: { server10: { network: 'lan', vlan: 10 }, server20: { network: 'lan', vlan: 20 } },
  machines: {
    guest: {
      nics: { pf0: { backend: { tap: 'lan', vlan: 10 }, vfs: [{}, { backend: { tap: 'lan', vlan: 20 } }] } },
    },
  },
  checks: [{ isolation: { count: 2 } }],
});
const functions: Readonly<Record<string, number>> = { pf0: 10, vf0: 10, vf1: 20 };
const peers: Readonly<Record<string, number>> = { server10: 10, server20: 20 };
const everybody: Readonly<Record<string, number>> = { ...functions, ...peers };

/** A network that keeps VLANs apart, but for what `leaks` to those of others. */
function network(leaks = 0) {
  const bytes = new Map(Object.keys(everybody).map((name) => [name, { rx: 0, tx: 0 }]));
  const ran: string[] = [];
  const send = (names: readonly string[], vlan: number | undefined): void => {
    for (const [name, { rx, tx }] of bytes)
      bytes.set(name, {
        rx: rx + (everybody[name] === vlan ? 42 : leaks),
        tx: tx + (names.includes(name) ? 1000 : 0),
      });
  };
  const script = (path: string, on: string): ScriptOutput => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name.endsWith('counters.sh'))
      return saying(Object.fromEntries(Object.keys(functions).map((one) => [one, bytes.get(one)])));
    ran.push(`${name} on ${on}`);
    const vlan = /from-lan-(\d+)/.exec(name)?.[1];
    if (vlan !== undefined)
      send(
        Object.keys(functions).filter((one) => functions[one] === Number(vlan)),
        Number(vlan),
      );
    else if (on !== 'machine') send([on], peers[on]);
    return fine;
  };
  const peer = (name: string) =>
    fakeHost((command) => {
      if (command === 'ip neighbour flush all') ran.push(`${name} forgets its neighbours`);
      return command.startsWith('ip -json') ? linksOf({ eth0: bytes.get(name) ?? { rx: 0, tx: 0 } }) : '';
    });
  return { ran, script, context: { peer } };
}

describe('isolation', () => {
  it('has each VLAN call the others, all to themselves, and tries the working links last', async () => {
    const of = network();
    const results = await runIn(two, of);
    expect(failedIn(results)).toEqual([]);
    expect(of.ran).toEqual([
      'isolation-start.sh on machine',
      'server10 forgets its neighbours',
      'server20 forgets its neighbours',
      'isolation-from-lan-10.sh on machine',
      'isolation-from-server10.sh on server10',
      'isolation-from-lan-20.sh on machine',
      'isolation-from-server20.sh on server20',
      'isolation-control.sh on machine',
      'isolation-end.sh on machine',
    ]);
    const titles = results.flatMap(({ assertions }) => assertions.map(({ title }) => title));
    expect(titles).toContain('from VLAN 10: server10 has sent its packets');
    expect(titles).toContain('from VLAN 20: vf0, on VLAN 10, has received nothing');
    expect(titles.filter((title) => title.startsWith('from VLAN'))).toHaveLength(15);
  });

  it('fails for each that hears another VLAN', async () => {
    expect(failedIn(await runIn(two, network(1)))).toEqual([
      'from VLAN 10: vf1, on VLAN 20, has received nothing',
      'from VLAN 10: server20, on VLAN 20, has received nothing',
      'from VLAN 20: pf0, on VLAN 10, has received nothing',
      'from VLAN 20: vf0, on VLAN 10, has received nothing',
      'from VLAN 20: server10, on VLAN 10, has received nothing',
    ]);
  });

  it('gives the functions back also when a reading fails, and tells what failed of that', async () => {
    const of = network();
    const results = await runIn(two, {
      ...of,
      script: (path, on) => {
        const said = of.script(path, on);
        if (path.endsWith('counters.sh')) return fine;
        return path.endsWith('end.sh') ? { ...fine, assertions: [assertion(false, 'all are back')] } : said;
      },
    });
    expect(failedIn(results)).toEqual(['all are back', 'the measurement from outside succeeded']);
    expect(of.ran.at(-1)).toBe('isolation-end.sh on machine');
  });

  it('shows what failed of a reading', async () => {
    const of = network();
    const results = await runIn(two, {
      ...of,
      script: (path, on) => {
        const said = of.script(path, on);
        return path.endsWith('counters.sh') ? { ...said, assertions: [assertion(false, 'it counts')] } : said;
      },
    });
    expect(failedIn(results)).toEqual(['it counts', 'it counts', 'it counts', 'it counts']);
  });
});
