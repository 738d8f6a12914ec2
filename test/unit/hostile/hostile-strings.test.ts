import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DefinitionError } from '../../../src/errors/families.js';
import { formatError } from '../../../src/errors/format.js';
import { labFromDefinition } from '../../../src/definition/lab-from-definition.js';
import { loadDefinition } from '../../../src/definition/load.js';
import { withSettings } from '../../../src/definition/settings.js';
import type { Lab } from '../../../src/model/lab.js';
import { useScratch } from '../../support/scratch.js';
import { runRendered } from './run-rendered.js';
import { stringPlaces, type StringPlace } from './string-places.js';

const CANARY = 'canary';
const MARKER = 'harmless';
const hostile = [
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `$(touch\${IFS}${CANARY})`,
  `\`touch\${IFS}${CANARY}\``,
  `;touch\${IFS}${CANARY};`,
  `;touch ${CANARY} #`,
  `&&touch ${CANARY}`,
  `|touch ${CANARY}`,
  `>${CANARY}`,
  `';touch ${CANARY};'`,
  `";touch ${CANARY};"`,
  `'>${CANARY};'`,
  `a\ntouch ${CANARY}\n`,
  `END\ntouch ${CANARY}\n`,
  `a\r\ntouch ${CANARY}`,
  `-o`,
  `--help`,
  `-machine`,
  'a,romfile=/etc/passwd',
  'a,,b',
  'a b',
  '"',
  "'",
  '\\',
  '*',
  '~',
  '!!',
  '#',
  '%s%n',
  '{{name}}',
  '{{{raw}}}',
  '{{#each machines}}',
  '../../etc/passwd',
  'a\u0000b',
  '\u001b[2J\u001b]0;title\u0007',
  '\u009b31m',
  '\u202egpj',
  '\u2028',
  'x'.repeat(5000),
];

// Has every kind of part that has a name; what else takes text is put into it.
const base = {
  name: 'mine',
  summary: 'words',
  networks: { lan: { subnet: '10.0.0.0/16' } },
  peers: { server: { network: 'lan', address: '10.0.0.1' } },
  machines: {
    guest: {
      kernelArguments: ['quiet'],
      buses: { deep: 'root-port' },
      nics: { pf0: { backend: { tap: 'lan' }, vfs: { vf0: {} } } },
    },
  },
  checks: [{ traffic: { machine: 'guest' } }, 'vf-creation'],
};

// The pods of a node hold its VFs: such a lab has no checks of them.
const withCluster = {
  ...base,
  kubernetes: { version: '1.37.2', 'control-plane': 'server', nodes: ['guest'], pods: '10.244.0.0/16' },
  checks: [],
};

const scratch = useScratch();

interface Verdict {
  readonly lab: Lab | undefined;
  readonly complaint: string;
}

function verdictOn(definition: unknown, settings: readonly string[] = []): Verdict {
  const file = join(scratch(), 'lab.yaml');
  writeFileSync(file, stringify(definition));
  try {
    const definition = withSettings(loadDefinition(file), settings);
    return { lab: labFromDefinition(definition, { file }), complaint: '' };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    for (const { location, hint } of error.problems) expect([location?.file, hint]).not.toContain(undefined);
    return { lab: undefined, complaint: formatError(error) };
  }
}

/** Whatever is accepted must do what a harmless word does there, with the text whole in the place of the word. */
async function doesAsTheHarmless(place: StringPlace, text: string, lab: Lab): Promise<void> {
  const ran = await runRendered(lab, scratch());
  expect(ran.unparsed).toEqual([]);
  expect(
    readdirSync(scratch(), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(CANARY)),
  ).toEqual([]);
  const harmless = verdictOn(place.with(MARKER)).lab;
  if (harmless === undefined) return;
  const { words } = await runRendered(harmless, scratch());
  const expected = Object.entries(words).map(([name, all]) => [
    name,
    all.map((word) => word.replaceAll(MARKER, () => text)),
  ]);
  expect(ran.words).toEqual(Object.fromEntries(expected));
}

const places = [
  ...stringPlaces(base).filter(({ path }) => !path.startsWith('kubernetes')),
  ...stringPlaces(withCluster).filter(({ path }) => path.startsWith('kubernetes')),
];
const accepted = new Set<string>();

describe('hostile text', () => {
  it('is tried at every place that takes text, names too', () => {
    const names = places.map(({ path, kind }) => `${kind} ${path}`);
    expect(names).toContain('value summary');
    expect(names).toContain('value machines.guest.kernelArguments.0');
    expect(names).toContain('name machines.guest.nics.pf0');
    expect(names).toContain('value machines.guest.nics.pf0.backend.vdpa');
    expect(names).toContain('value machines.guest.nics.pf0.vfs.vf0.properties.x0');
    expect(names).toContain('value kubernetes.version');
    expect(names).toContain('value kubernetes.nodes.0');
    expect(names.length).toBeGreaterThan(40);
    expect([verdictOn(base).complaint, verdictOn(withCluster).complaint]).toEqual(['', '']);
  });

  it.each(places)('$kind $path is refused or stays text', { timeout: 120_000 }, async (place) => {
    for (const text of hostile) {
      const { lab, complaint } = verdictOn(place.with(text));
      // eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
      expect(complaint).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      if (lab !== undefined) {
        accepted.add(place.path);
        await doesAsTheHarmless(place, text, lab);
      }
      if (place.kind === 'name') continue;
      const set = verdictOn(place.with(MARKER), [`${place.path}=${JSON.stringify(text)}`]);
      expect(set.lab).toEqual(lab);
    }
  });

  it('is accepted where any text may stand, so that the tests above prove something; a path where one may', () => {
    expect([...accepted]).toEqual(['summary', 'images.x0.base', 'machines.guest.kernelArguments.0']);
  });

  it.each(hostile.filter((text) => !/[/\0]/.test(text) && text.length < 200))(
    'as the name of the folder %j stays out of the scripts',
    async (text) => {
      const folder = join(scratch(), text);
      mkdirSync(folder);
      const file = join(folder, 'lab.yaml');
      writeFileSync(file, stringify({ ...base, name: undefined }));
      const lab = labFromDefinition(loadDefinition(file), { file });
      expect(lab.name).toMatch(/^[a-z][a-z0-9-]*$/);
      const { unparsed } = await runRendered(lab, scratch());
      expect(unparsed).toEqual([]);
      expect(existsSync(join(scratch(), 'rendered', CANARY))).toBe(false);
    },
  );
});
