import { describe, expect, it } from 'vitest';
import { deviceArgumentText } from '../../../src/render/machine-view.js';
import { plainWord, quoteForQemu, quoteForShell } from '../../../src/render/quote.js';
import { run } from '../../../src/process/run.js';

const hostile = [
  '',
  ' ',
  'plain',
  'two words',
  "it's",
  "'",
  "''",
  "'\\''",
  '"double"',
  '$HOME',
  '$(id)',
  '`id`',
  '${x:-y}',
  'a;b',
  'a&&b|c>d<e',
  '*',
  '?[a-z]',
  '~',
  '~root',
  '!history',
  '#comment',
  'back\\slash\\',
  'new\nline',
  '\n',
  'trailing newlines\n\n',
  '\ttab\t',
  '-n',
  '--help',
  'a=b',
  '{a,b}',
  'ünïcödé ✔',
  '\u0001\u001b[31m\u007f',
  '%s%n',
  'a,b',
];

describe('quoteForShell', () => {
  it('gives a real shell each word back as it was, all in one command', async () => {
    const script = `for word in ${hostile.map(quoteForShell).join(' ')}; do printf '%s\\0' "$word"; done`;
    const { stdout, stderr, exitCode } = await run(['/bin/sh', '-c', script]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(hostile);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  it('does so after an equals sign and as a command’s own name as well', async () => {
    for (const word of hostile) {
      const { stdout } = await run(['/bin/sh', '-c', `x=${quoteForShell(word)}; printf %s "$x"`]);
      expect(stdout).toBe(word);
    }
    const { stderr, exitCode } = await run(['/bin/sh', '-c', quoteForShell('no such; program')]);
    expect(exitCode).toBe(127);
    expect(stderr).toContain('no such; program');
  });

  it('leaves a plain word readable', () => {
    expect(quoteForShell('/run/lab/vf-creation_1.sh')).toBe('/run/lab/vf-creation_1.sh');
    expect(quoteForShell('10.0.0.1/24')).toBe('10.0.0.1/24');
  });
});

describe('quoteForQemu', () => {
  /** QEMU's get_opt_value() (util/qemu-option.c): a comma ends a value, two stand for one. */
  function readOptions(text: string): string[] {
    const values: string[] = [];
    let value = '';
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charAt(index);
      if (character !== ',') value += character;
      else if (text.charAt(index + 1) === ',') {
        value += ',';
        index += 1;
      } else {
        values.push(value);
        value = '';
      }
    }
    return [...values, value];
  }

  it.each(['plain', 'a,b', ',', ',,', 'a,,b', 'x,readonly=on', 'trailing,', ',leading', ''])(
    '%j',
    (value) => {
      expect(readOptions(`${quoteForQemu(value)},next=1`)).toEqual([value, 'next=1']);
    },
  );

  it('is applied to each property of a device', () => {
    const text = deviceArgumentText({
      driver: 'virtio-net-pci',
      properties: { id: 'a,b=c', multifunction: true, vhost: false, addr: 3, romfile: '' },
    });
    expect(text).toBe('virtio-net-pci,id=a,,b=c,multifunction=on,vhost=off,addr=3,romfile=');
  });
});

describe('plainWord', () => {
  it.each(['guest-pf0.vf2', '52:54:00:12:34:56', '10.0.0.0/24', '1500'])('passes %s', (word) => {
    expect(plainWord(word)).toBe(word);
  });

  it.each(['', ' ', 'a b', 'a\nlink del lan', 'a;b', "a'b", '$x', 'a\\', 'a"'])('refuses %j', (word) => {
    expect(() => plainWord(word)).toThrow('not a plain word');
  });
});
