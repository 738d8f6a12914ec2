import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { labSchema } from '../../../src/definition/json-schema.js';
import { shippedLabs } from '../../../src/definition/locate.js';
import { labShape } from '../../../src/definition/shape.js';
import { randomNumbers } from '../../support/random.js';

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const accepts = ajv.compile(labSchema());

/** The verdict of both, when they agree. */
function verdict(definition: unknown): boolean {
  const [ours, theirs] = [labShape.safeParse(definition).success, accepts(definition)];
  if (ours !== theirs)
    expect.fail(
      `zod says ${ours}, ajv says ${theirs}: ${JSON.stringify(definition)} ${ajv.errorsText(accepts.errors)}`,
    );
  return ours;
}

const nic = (more: object): unknown => ({
  machines: { guest: { nics: { pf0: { backend: 'user', ...more } } } },
});
const machine = (more: object): unknown => ({ machines: { guest: more } });
const lab = (more: object): unknown => ({ machines: { guest: {} }, ...more });

const full = {
  name: 'full',
  summary: 'all of it',
  takes: '2m',
  expect: 'works',
  networks: { lan: null, wan: { subnet: '192.168.0.0/16', mtu: 9000, vlans: [10, 4094] } },
  peers: { server: { network: 'lan', address: '10.64.0.1' }, other: { network: 'wan', vlan: 10 } },
  machines: {
    guest: {
      image: 'micro',
      cpus: 64,
      memory: '4G',
      kernelArguments: ['pci=realloc', 'quiet'],
      trace: ['sriov_*', 'pci_cfg_write'],
      nics: {
        pf0: {
          model: 'virtio-net',
          backend: { tap: 'lan' },
          mac: '52:54:00:AB:cd:01',
          mtu: 1400,
          vfs: [
            {},
            { mac: '52:54:00:00:00:02', mtu: 68, backend: { user: {} } },
            { backend: { user: null } },
          ],
        },
        plain: { backend: 'user', vfs: 0 },
        named: {
          backend: { tap: 'wan', vlan: 10, vhost: 'off' },
          bus: 'shared',
          addr: 0.1,
          order: 'pf-first',
          queues: 2,
          vectors: 6,
          properties: { ats: true, 'rss-hash': 'off', num: 3 },
          vfs: { first: null, second: { addr: '1f.7', pf: 'pf0', model: 'igb', bus: 'pcie.0', queues: 1 } },
        },
        functions: { model: 'virtio-net-multifunction', backend: 'user', functions: [{ vectors: 0 }, {}] },
        disk: { model: 'nvme', size: '64M', vfs: 2 },
      },
      buses: { shared: 'root-port', old: 'pci-bridge' },
    },
    inner: {
      on: 'guest',
      nics: { a: { backend: { vdpa: 'pf0.vf1' } }, b: { backend: { vdpa: '/dev/vhost-vdpa-0' } } },
    },
    empty: {},
  },
  checks: ['vf-creation', { traffic: { count: 5, machine: 'guest' } }, { 'hotplug-free': null }],
  kubernetes: {
    version: '1.37.2',
    'control-plane': 'server',
    nodes: ['guest', 'empty'],
    pods: '10.244.0.0/16',
    vfs: 'dra',
    vlans: { pf0: 10 },
  },
};

const valid: readonly (readonly [string, unknown])[] = [
  ['everything', full],
  ['the least', { machines: {} }],
  ['255 VFs', nic({ vfs: 255 })],
  ['an empty summary', lab({ summary: '' })],
  ['a summary in any script', lab({ summary: 'größer 日本語 “quotes”' })],
  ['no checks', lab({ checks: [] })],
  ['a whole number with a fraction of nothing', machine({ cpus: 2.0 })],
];

const invalid: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['a list', []],
  ['text', 'machines'],
  ['no machines', {}],
  ['machines: null', { machines: null }],
  ['a misspelt key', lab({ network: {} })],
  ['a capital in a name', { machines: { Guest: {} } }],
  ['a name that is too long', { machines: { a234567890123456: {} } }],
  ['a name with a newline', { machines: { 'guest\n': {} } }],
  ['an empty name', lab({ name: '' })],
  ['a newline in the summary', lab({ summary: 'a\nb' })],
  ['a C1 control character in the summary', lab({ summary: 'a\u0085b' })],
  ['a time without a unit', lab({ takes: '40' })],
  ['a time as a number', lab({ takes: 40 })],
  ['no time', lab({ takes: '0s' })],
  ['a subnet that is too small', lab({ networks: { lan: { subnet: '10.0.0.0/31' } } })],
  ['an octet past 255', lab({ networks: { lan: { subnet: '10.0.256.0/24' } } })],
  ['a peer without a network', lab({ peers: { server: {} } })],
  ['an address with a prefix', lab({ peers: { server: { network: 'lan', address: '10.0.0.1/24' } } })],
  ['no CPU', machine({ cpus: 0 })],
  ['half a CPU', machine({ cpus: 1.5 })],
  ['CPUs as text', machine({ cpus: '2' })],
  ['memory in bytes', machine({ memory: 1024 })],
  ['memory in KiB', machine({ memory: '1024K' })],
  ['an empty image', machine({ image: '' })],
  ['a kernel argument with a space', machine({ kernelArguments: ['a b'] })],
  ['a trace event with a comma', machine({ trace: ['sriov_*,file=/etc/passwd'] })],
  ['a backend of no kind', nic({ backend: 'bridge' })],
  ['a backend of two kinds', nic({ backend: { user: null, tap: 'lan' } })],
  ['a setting of user', nic({ backend: { user: { subnet: 1 } } })],
  ['a multicast MAC', nic({ mac: '01:54:00:00:00:01' })],
  ['a MAC with dashes', nic({ mac: '52-54-00-00-00-01' })],
  ['a MAC with a newline', nic({ mac: '52:54:00:00:00:01\n' })],
  ['an MTU that is too small', nic({ mtu: 67 })],
  ['256 VFs', nic({ vfs: 256 })],
  ['256 VFs in a list', nic({ vfs: Array.from({ length: 256 }, () => ({})) })],
  ['-1 VFs', nic({ vfs: -1 })],
  ['a VF that is null', nic({ vfs: [null] })],
  ['a VF without a name', nic({ vfs: { '': {} } })],
  ['a VF with VFs', nic({ vfs: [{ vfs: 1 }] })],
  ['an expectation of no kind', lab({ expect: 'fails' })],
  ['VLAN 0', lab({ networks: { lan: { vlans: [0] } } })],
  ['VLAN 4095', nic({ backend: { tap: 'lan', vlan: 4095 } })],
  ['vhost as a boolean', nic({ backend: { tap: 'lan', vhost: true } })],
  ['a vDPA device elsewhere', nic({ backend: { vdpa: '/etc/passwd' } })],
  ['a bus of no kind', machine({ buses: { a: 'isa' } })],
  ['a function past 7', nic({ addr: '0.8' })],
  ['a device past 1f', nic({ addr: '20.0' })],
  ['an address with a domain', nic({ addr: '0000:01:00.0' })],
  ['a property with a comma', nic({ properties: { a: 'b,romfile=x' } })],
  ['a property with an equals sign in its name', nic({ properties: { 'a=b,c': 1 } })],
  ['a property that is a list', nic({ properties: { a: [] } })],
  ['nine functions', nic({ functions: 9 })],
  ['no function', nic({ functions: 0 })],
  ['checks as text', lab({ checks: 'traffic' })],
  ['a parameter that is a list', lab({ checks: [{ traffic: { count: [] } }] })],
];

describe('zod and ajv agree', () => {
  test.each(valid)('that %s is a definition', (_name, definition) => {
    expect(verdict(definition)).toBe(true);
  });

  test.each(invalid)('that %s is none', (_name, definition) => {
    expect(verdict(definition)).toBe(false);
  });

  test.each([...shippedLabs()])('that the shipped lab %s is a definition', (_name, folder) => {
    expect(verdict(parse(readFileSync(join(folder, 'lab.yaml'), 'utf8')))).toBe(true);
  });

  test('on 3000 mutations of a definition with every key', () => {
    const random = randomNumbers(7);
    const verdicts = Array.from({ length: 3000 }, () => verdict(mutated(full, random)));
    expect(verdicts.filter((valid) => valid).length).toBeGreaterThan(100);
    expect(verdicts.filter((valid) => !valid).length).toBeGreaterThan(1000);
  }, 60_000);
});

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e9,
  255,
  '',
  'user',
  'A',
  'a\n',
  '10.0.0.1',
  '4G',
  '30s',
  [],
  {},
  { tap: 'lan' },
  [{}],
  '\u0085',
  '💡',
];

/** A copy with one value replaced, removed, or one key added. */
function mutated(definition: unknown, random: () => number): unknown {
  const copy: unknown = structuredClone(definition);
  const places: { of: Record<string, unknown>; key: string }[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      places.push({ of: value as Record<string, unknown>, key });
      visit(inner);
    }
  };
  visit(copy);
  const place = places[Math.floor(random() * places.length)];
  const strange = structuredClone(STRANGE[Math.floor(random() * STRANGE.length)]);
  if (place === undefined) return copy;
  const { of, key } = place;
  const kind = random();
  if (kind < 0.6) of[key] = strange;
  else if (kind < 0.8 && !Array.isArray(of)) of[`${key}${random() < 0.5 ? 'x' : 'X'}`] = of[key];
  else if (Array.isArray(of)) of.splice(Number(key), 1);
  else Reflect.deleteProperty(of, key);
  return copy;
}

describe('for editors', () => {
  interface Node {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Node>>;
  }

  test('every key has a description', () => {
    const bare: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties = {}, ...rest } = node as Node;
      for (const [key, property] of Object.entries(properties)) {
        if (property.description === undefined) bare.push(`${path}/${key}`);
        visit(property, `${path}/${key}`);
      }
      for (const [key, inner] of Object.entries(rest)) visit(inner, `${path}/${key}`);
    };
    visit(labSchema(), '');
    expect(bare).toEqual([]);
  });

  test('it is draft-07 with a title', () => {
    expect(labSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Definition of a lab',
    });
  });
});
