import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatError, toLabError } from '../../../src/errors/format.js';
import { labFromDefinition } from '../../../src/definition/lab-from-definition.js';
import { loadDefinition, type Definition } from '../../../src/definition/load.js';
import { withSettings } from '../../../src/definition/settings.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const written = `networks:
  lan:
machines:
  guest:
    cpus: 2
    nics: &nics
      pf0: { backend: { tap: lan }, vfs: 3 }
      pf1: { backend: user, vfs: [{}, { mtu: 1400 }] }
  other:
    nics: *nics
checks: [vf-creation, hotplug-free, traffic]
`;

function set(...settings: string[]): Definition {
  const file = join(scratch(), 'lab.yaml');
  writeFileSync(file, written);
  return withSettings(loadDefinition(file), settings);
}

/** The definition with the settings, where it differs from the one as written. */
function value(...settings: string[]): Record<string, unknown> {
  return set(...settings).value as Record<string, unknown>;
}

function complaint(...settings: string[]): string {
  try {
    labFromDefinition(set(...settings), { file: '/lab.yaml' });
    return '';
  } catch (error) {
    return formatError(toLabError(error)).replaceAll(`${scratch()}/`, '');
  }
}

describe('a setting', () => {
  it('changes one place, and not where an alias repeats it', () => {
    const changed = value('machines.guest.nics.pf0.vfs=8');
    expect(changed).toMatchObject({
      machines: { guest: { cpus: 2, nics: { pf0: { vfs: 8 } } }, other: { nics: { pf0: { vfs: 3 } } } },
    });
  });

  it.each([
    ['summary=two words', { summary: 'two words' }],
    ['machines.guest.memory=1G', { machines: { guest: { memory: '1G' } } }],
    ['checks=[traffic]', { checks: ['traffic'] }],
    [
      'checks.2={ traffic: { count: 2 } }',
      { checks: ['vf-creation', 'hotplug-free', { traffic: { count: 2 } }] },
    ],
    ['checks.3=traffic', { checks: ['vf-creation', 'hotplug-free', 'traffic', 'traffic'] }],
    ['checks.0=null', { checks: ['hotplug-free', 'traffic'] }],
    ['networks.lan.subnet=10.0.0.0/24', { networks: { lan: { subnet: '10.0.0.0/24' } } }],
    ['peers.server={ network: lan }', { peers: { server: { network: 'lan' } } }],
    ['bench.peer=server', { bench: { peer: 'server' } }],
    [
      'machines.guest.nics.pf0.properties.x-ioeventfd=true',
      { machines: { guest: { nics: { pf0: { properties: { 'x-ioeventfd': true } } } } } },
    ],
    [
      'machines.guest.nics.pf1.vfs.1.mtu=1300',
      { machines: { guest: { nics: { pf1: { vfs: [{}, { mtu: 1300 }] } } } } },
    ],
    ['summary="a=b"', { summary: 'a=b' }],
  ])('%s', (text, expected) => {
    expect(value(text)).toMatchObject(expected);
  });

  it('removes with null', () => {
    expect(value('machines.guest.cpus=null', 'checks=~')).toEqual({
      ...value(),
      machines: { ...(value()['machines'] as object), guest: { nics: expect.anything() as unknown } },
      checks: undefined,
    });
  });

  it('sees what the ones before it made', () => {
    expect(
      value('peers={a: {network: lan}}', 'peers.a.address=10.64.0.5', 'checks=[]', 'checks.0=traffic'),
    ).toMatchObject({
      peers: { a: { network: 'lan', address: '10.64.0.5' } },
      checks: ['traffic'],
    });
  });

  it('reaches no prototype', () => {
    expect(complaint('__proto__.polluted=1')).toContain('unknown key `__proto__`');
    expect(complaint('machines.constructor.prototype.x=1')).toContain('there is no `machines.constructor`');
    expect(complaint('machines.guest.constructor.prototype.x=1')).toContain('unknown key `constructor`');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a setting of a part that is not there', () => {
  it.each([
    ['machines.gest.memory=1G', 'machines.gest', 'did you mean `machines.guest`?'],
    ['networks.lam.subnet=10.0.0.0/24', 'networks.lam', 'did you mean `networks.lan`?'],
    ['machines.guest.nics.fp0.vfs=8', 'machines.guest.nics.fp0', 'did you mean `machines.guest.nics.pf0`?'],
    ['machines.client.memory=1G', 'machines.client', 'there are: guest, other'],
    ['peers.server.network=lan', 'peers.server', '`peers` has no parts'],
    ['images.own.base=debian-13', 'images.own', '`images` has no parts'],
    ['machines.guest.buses.b.c=1', 'machines.guest.buses.b', 'has no parts'],
  ])('makes none: %s', (text, part, hint) => {
    const said = complaint(text);
    expect(said).toContain(`--set ${text}: there is no \`${part}\` [LAB-SET]`);
    expect(said).toContain(hint);
    expect(said).toContain(`to add it, set it as a whole: --set '${part}={ ... }'`);
  });

  it('works once another setting has added it as a whole', () => {
    expect(value('machines.client={}', 'machines.client.memory=1G')).toMatchObject({
      machines: { client: { memory: '1G' } },
    });
  });
});

describe('what is wrong with the changed definition', () => {
  it.each([
    [
      'in a value',
      ['machines.guest.cpus=900'],
      '--set machines.guest.cpus=900: `machines.guest.cpus` is 900',
    ],
    [
      'below a value',
      ['machines.guest={cpus: 900}'],
      '--set machines.guest={cpus: 900}: `machines.guest.cpus` is 900',
    ],
    [
      'to a rule',
      ['networks.lan={subnet: 10.0.0.0/30}'],
      '--set networks.lan={subnet: 10.0.0.0/30}: network lan has 2 addresses',
    ],
    ['in a new key', ['machine.guest.cpus=2'], '--set machine.guest.cpus=2: unknown key `machine`'],
    [
      'missing from something new',
      ['peers.a={ address: 10.64.0.5 }'],
      '--set peers.a={ address: 10.64.0.5 }: `peers.a.network` is missing',
    ],
    [
      'removed',
      ['machines.guest.nics.pf0.backend=null'],
      '--set machines.guest.nics.pf0.backend=null: `machines.guest.nics.pf0.backend` is missing',
    ],
    ['set twice', ['machines.guest.cpus=1', 'machines.guest.cpus=900'], '--set machines.guest.cpus=900: '],
    [
      'in the file',
      ['machines.guest.nics.pf0.backend.tap=lna', 'machines.other.cpus=1'],
      '--set machines.guest.nics.pf0.backend.tap=lna: there is no network `lna`',
    ],
  ])('%s is located', (_, settings, expected) => {
    const problems = complaint(...settings);
    expect(problems.startsWith(expected), problems).toBe(true);
  });

  it('stays where it stands in the file when the setting has nothing to do with it', () => {
    expect(complaint('networks=null', 'machines.other=null')).toMatch(
      /^lab.yaml:7:30: there is no network `lan`/,
    );
  });

  it('is at the list when entries have moved', () => {
    expect(complaint('checks.0=null', 'checks.0=hotplg')).toContain(
      '--set checks.0=hotplg: there is no check',
    );
    expect(
      complaint(
        'networks.lan=null',
        'machines.guest.nics.pf0=null',
        'machines.guest.nics.pf1=null',
        'machines.other=null',
        'checks.0=null',
      ),
    ).toMatch(/^lab.yaml:11:9: traffic has nothing to check/m);
  });
});

describe('a setting that cannot be', () => {
  it.each([
    ['machines.guest.cpus', 'there is no `=`'],
    ['=3', 'the path is empty'],
    ['machines..cpus=3', 'the path is empty, or a part of it is'],
    ['.=1', 'the path is empty'],
    ['', 'there is no `=`'],
    ['machines.guest.cpus=', 'there is no value after `=`'],
    ['machines.guest.cpus=[1', 'the value is not YAML'],
    ['machines.guest.cpus=*a', 'the value is not YAML'],
    ['checks=&a [*a]', 'the value is not YAML: `*a` is inside the part that it repeats'],
    ['summary={[a]: b}', 'the value is not YAML: this key is a list'],
    ['machines.guest.cpus={a: 1, a: 2}', 'the value is not YAML'],
    ['machines.guest.cpus=!!x 1', 'the value is not YAML'],
    ['machines.guest.cpus.x=1', '`machines.guest.cpus` is 2, which has no parts'],
    ['checks.9=traffic', '`checks` is a list of 3, and `9` is not a place in it'],
    ['checks.-1=traffic', '`-1` is not a place in it'],
    ['checks.first=traffic', '`first` is not a place in it'],
    ['checks.3=null', 'there is no `checks.3` to remove'],
    ['machines.guest.cpsu=null', 'there is no `machines.guest.cpsu` to remove'],
    [`${'a.'.repeat(30)}a=1`, 'deeper than any definition'],
    [`summary=${'['.repeat(3000)}`, 'the value is not YAML'],
  ])('%.30s: %s', (text, message) => {
    const problems = complaint(text);
    expect(problems).toContain(message);
    expect(problems).toMatch(/^--set .*\[LAB-SET\]\n {2}next: /s);
    expect(problems).not.toContain('LAB-INTERNAL');
  });
});
