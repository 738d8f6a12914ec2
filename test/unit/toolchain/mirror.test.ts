import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors/families.js';
import { parseDeb822Style, parseOneLineStyle, readAptSources } from '../../../src/toolchain/apt-sources.js';
import { chooseMirror, mirrorOf } from '../../../src/toolchain/mirror.js';

describe('apt sources', () => {
  it('reads the one-line style, with options and comments', () => {
    const text = [
      '# deb http://commented.example/debian bookworm main',
      'deb http://mirror.example/debian bookworm main contrib # the mirror',
      '  deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://other.example/apt stable main',
      'deb-src http://mirror.example/debian bookworm main',
    ].join('\n');
    expect(parseOneLineStyle(text)).toEqual([
      {
        uri: 'http://mirror.example/debian',
        suite: 'bookworm',
        components: ['main', 'contrib'],
        signedBy: undefined,
      },
      {
        uri: 'https://other.example/apt',
        suite: 'stable',
        components: ['main'],
        signedBy: '/usr/share/keyrings/x.gpg',
      },
    ]);
  });

  it('reads the deb822 style: several suites, comments within a stanza, embedded keys, disabled stanzas', () => {
    const text = [
      'Types: deb deb-src',
      '# a comment between fields',
      'URIs: http://mirror.example/debian',
      'Suites: trixie trixie-updates',
      'Components: main',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' abc',
      '',
      'Types: deb',
      'URIs: http://off.example/debian',
      'Suites: trixie',
      'Components: main',
      'Enabled: no',
      '',
      'Types: deb-src',
      'URIs: http://sources.example/debian',
      'Suites: trixie',
      'Components: main',
      '',
    ].join('\n');
    const sources = parseDeb822Style(text);
    expect(sources.map(({ uri, suite }) => `${uri} ${suite}`)).toEqual([
      'http://mirror.example/debian trixie',
      'http://mirror.example/debian trixie-updates',
    ]);
    expect(sources[0]?.signedBy).toContain('BEGIN PGP');
  });

  describe('of a folder', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'lab-apt-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('looks into sources.list, *.list and *.sources, and nowhere else', () => {
      mkdirSync(join(folder, 'sources.list.d'));
      writeFileSync(join(folder, 'sources.list'), 'deb http://a.example/debian trixie main\n');
      writeFileSync(join(folder, 'sources.list.d/b.list'), 'deb http://b.example/debian trixie main\n');
      writeFileSync(
        join(folder, 'sources.list.d/c.sources'),
        'Types: deb\nURIs: http://c.example/\nSuites: sid\nComponents: main\n',
      );
      writeFileSync(join(folder, 'sources.list.d/d.list.save'), 'deb http://d.example/debian trixie main\n');
      expect(readAptSources(folder).map(({ uri }) => uri)).toEqual([
        'http://a.example/debian',
        'http://b.example/debian',
        'http://c.example/',
      ]);
    });

    it('finds none where there is no apt', () => {
      expect(readAptSources(join(folder, 'absent'))).toEqual([]);
    });
  });
});

describe('the mirror in apt sources', () => {
  const source = {
    uri: 'http://mirror.example/debian',
    suite: 'bookworm',
    components: ['main'],
    signedBy: undefined,
  };

  it.each([
    ['the main archive', source],
    ['its updates suite', { ...source, suite: 'bookworm-updates' }],
    ['with the keyring named', { ...source, signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg' }],
    ['with another path', { ...source, uri: 'https://mirror.example/debian-remote/' }],
    ['a list of mirrors', { ...source, uri: 'mirror+file:///etc/apt/mirrors/debian.list' }],
  ])('is %s', (_, candidate) => {
    expect(mirrorOf([candidate])).toBe(candidate.uri);
  });

  it.each([
    [
      'security updates',
      { ...source, uri: 'http://mirror.example/debian-security', suite: 'bookworm-security' },
    ],
    ['Ubuntu', { ...source, uri: 'http://mirror.example/ubuntu', suite: 'noble' }],
    [
      "a third party with Debian's suites and keys of its own",
      { ...source, signedBy: '/etc/apt/keyrings/vendor.gpg' },
    ],
    ['a third party with another component', { ...source, components: ['stable'] }],
    ['a CD', { ...source, uri: 'cdrom:[Debian]/' }],
  ])('is not %s', (_, candidate) => {
    expect(mirrorOf([candidate])).toBeUndefined();
  });

  it('prefers what ends in /debian', () => {
    expect(mirrorOf([{ ...source, uri: 'http://vendor.example/apt' }, source])).toBe(source.uri);
  });
});

describe('chooseMirror', () => {
  const own = () => [
    { uri: 'http://own.example/debian', suite: 'trixie', components: ['main'], signedBy: undefined },
  ];

  it('takes the option before all', () => {
    expect(chooseMirror('http://option.example/debian', own)).toEqual({
      url: 'http://option.example/debian',
      origin: 'option',
    });
  });

  it('then apt, then the default; an empty option is none', () => {
    expect(chooseMirror(undefined, own)).toEqual({ url: 'http://own.example/debian', origin: 'apt' });
    expect(chooseMirror(undefined, () => []).origin).toBe('default');
    expect(chooseMirror('', own).origin).toBe('apt');
  });

  it.each(['mirror.example/debian', 'ftp://x/debian', 'http://x/de bian', 'http://x/] evil'])(
    'refuses "%s"',
    (url) => {
      expect(() => chooseMirror(url, own)).toThrow(UsageError);
    },
  );
});
