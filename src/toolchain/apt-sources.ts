import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One archive that this computer's apt is told to use. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** What Signed-By says: paths, fingerprints or a key itself. */
  readonly signedBy: string | undefined;
}

/**
 * Reads apt's configured binary archives: `sources.list` and `sources.list.d/*.list` (one line each) and `*.sources` (deb822).
 * Returns them in apt's order of files; what cannot be read is left out.
 */
export function readAptSources(folder = '/etc/apt'): AptSource[] {
  const parts = join(folder, 'sources.list.d');
  const lists = [join(folder, 'sources.list'), ...filesIn(parts, '.list')];
  const deb822 = filesIn(parts, '.sources');
  return [
    ...lists.flatMap((file) => parseOneLineStyle(readOrEmpty(file))),
    ...deb822.flatMap((file) => parseDeb822Style(readOrEmpty(file))),
  ];
}

/** The one-line style of sources.list(5): `deb [option=value ...] uri suite [component ...]`. */
export function parseOneLineStyle(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (match === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uri, suite, components: words(components), signedBy }];
  });
}

/** The deb822 style of sources.list(5): stanzas of `Field: value`, continued on indented lines. */
export function parseDeb822Style(text: string): AptSource[] {
  const withoutComments = text.replaceAll(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = parseStanza(stanza);
    const enabled = fields.get('enabled')?.toLowerCase() !== 'no';
    if (!enabled || !words(fields.get('types')).includes('deb')) return [];
    return words(fields.get('uris')).flatMap((uri) =>
      words(fields.get('suites')).map((suite) => ({
        uri,
        suite,
        components: words(fields.get('components')),
        signedBy: fields.get('signed-by'),
      })),
    );
  });
}

function parseStanza(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  const joined = stanza.replaceAll(/\n[ \t]+/g, ' ');
  for (const line of joined.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

function filesIn(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
