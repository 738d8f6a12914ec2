import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { complaintAbout } from '../../support/definition.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** What is said of a NIC with this setting. */
function complaint(setting: object): string {
  const file = join(scratch(), 'lab.yaml');
  const nic = { backend: 'user', ...setting };
  writeFileSync(file, stringify({ machines: { guest: { nics: { pf0: nic } } } }));
  return (complaintAbout(file) ?? '').replace(file, 'lab.yaml');
}

describe('a MAC address', () => {
  it.each(['52:54:00:12:34:56', '52:54:00:AB:cd:ef', '02:00:00:00:00:00'])('may be %s', (mac) => {
    expect(complaint({ mac })).toBe('');
  });

  it.each([
    '',
    ' ',
    '52',
    '52:54:00:12:34',
    '52:54:00:12:34:56:78',
    '52:54:00:12:34:',
    ':54:00:12:34:56',
    '52:54:00:12:34:5',
    '52:54:00:12:34:567',
    '52:54:00:12:34:5g',
    '52-54-00-12-34-56',
    '525400123456',
    '5254.0012.3456',
    '52 54 00 12 34 56',
    '52:54:00:12:34:56 ',
    ' 52:54:00:12:34:56',
    '52:54:00:12:34:56\n',
    '01:00:5e:00:00:01',
    'ff:ff:ff:ff:ff:ff',
    '53:54:00:12:34:56',
    '0x52:54:00:12:34:56',
    '52:54:00:12:34:５６',
    0,
    525400123456,
    null,
    true,
    [],
    {},
    ['52:54:00:12:34:56'],
  ])('may not be %j', (mac) => {
    expect(complaint({ mac })).toMatch(
      /^lab\.yaml:[5-7]:\d+: `machines\.guest\.nics\.pf0\.mac` is .* \[LAB-SHAPE-VALUE\]\n {2}next: it must be a unicast MAC address/,
    );
  });
});

describe('a place on a PCI bus', () => {
  it.each(['0.0', '0', '1f.7', '1F.0', '00.1', 0, 0.1, 5])('may be %j', (addr) => {
    expect(complaint({ addr })).not.toMatch(/`machines\.guest\.nics\.pf0\.addr` is/);
  });

  it.each([
    '',
    ' ',
    '.',
    '0.',
    '.0',
    '0.8',
    '0.9',
    '0.a',
    '20.0',
    '100.0',
    '0.0.0',
    '0:0',
    '01:00.0',
    '0000:01:00.0',
    '0000:01:00',
    '-1',
    '-0.1',
    '+1',
    '1f.7 ',
    ' 1f.7',
    '1f.7\n',
    '1g.0',
    '0.0,multifunction=on',
    '０.0',
    -1,
    0.8,
    0.15,
    32,
    1e21,
    true,
    null,
    [],
    {},
    [0, 1],
  ])('may not be %j', (addr) => {
    expect(complaint({ addr })).toMatch(
      /^lab\.yaml:[5-7]:\d+: (`machines\.guest\.nics\.pf0\.addr` is .* \[LAB-SHAPE-VALUE\]\n {2}next: it must be a place on a PCI bus|.* is not a place on a PCI bus \[LAB-RULE-ADDR\])/,
    );
  });

  it.each(['0x20', '0x1.0x8', '0x', '0x1f.', '0b1', 'x1'])(
    'may not be %s as QEMU would not read it either',
    (addr) => {
      const file = join(scratch(), 'lab.yaml');
      writeFileSync(file, `machines: { guest: { nics: { pf0: { backend: user, addr: ${addr} } } } }`);
      expect(complaintAbout(file)).toMatch(/is .*\n.*it must be a place on a PCI bus/);
    },
  );

  it.each(['.nan', '.inf', '-.inf', '1_0', '0b1'])('may not be YAML’s %s', (addr) => {
    const file = join(scratch(), 'lab.yaml');
    writeFileSync(file, `machines: { guest: { nics: { pf0: { backend: user, addr: ${addr} } } } }`);
    expect(complaintAbout(file)).toMatch(
      /:1:\d+: `machines\.guest\.nics\.pf0\.addr` is .*\n.*it must be a place on a PCI bus/,
    );
  });
});
