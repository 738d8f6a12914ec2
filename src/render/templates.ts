import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { shippedFile } from '../model/folders.js';
import { plainWord, quoteForQemu, quoteForShell } from './quote.js';

const handlebars = Handlebars.create();
handlebars.registerHelper('sh', (value: unknown) => quoteForShell(String(value)));
handlebars.registerHelper('word', (value: unknown) => plainWord(String(value)));
handlebars.registerHelper('qemu', (value: unknown) => quoteForQemu(String(value)));

const LIBRARIES = [
  'tap',
  'vf',
  'identities',
  'namespaces',
  'ping',
  'settled',
  'limited',
  'kubectl',
  'pods',
  'exchange',
  'silence',
] as const;

/** Objects of a cluster, as scripts and files hand them to the API server. */
const MANIFESTS = ['pod-spec', 'pod', 'claim'] as const;

/** A part that scripts of checks share. */
export type Library = (typeof LIBRARIES)[number];

/** Each shows some of what the script around it shows. */
type LibraryViews = Readonly<Record<`checks/lib/${Library}.sh`, object>>;

/** What each template shows, by its name in src/templates. What builds a template's view adds it here (interface merging). */
export interface Views extends LibraryViews {
  /** These show nothing of a lab. */
  readonly 'checks/guest-log.sh': object;
  readonly 'checks/link-state-end.sh': object;
}

const compiled = new Map<string, Handlebars.TemplateDelegate>();

function source(name: string): string {
  return readFileSync(shippedFile(`templates/${name}.hbs`), 'utf8');
}

for (const library of LIBRARIES) handlebars.registerPartial(library, source(`checks/lib/${library}.sh`));
for (const manifest of MANIFESTS) handlebars.registerPartial(manifest, source(`manifests/${manifest}.yaml`));

/**
 * Renders src/templates/NAME.hbs. A name that the view does not have is an error, nothing is escaped for HTML:
 * every value in a script goes through `sh`.
 */
export function renderTemplate<K extends keyof Views>(name: K, view: Views[K]): string {
  let template = compiled.get(name);
  if (template === undefined) {
    template = handlebars.compile(source(name), { strict: true, noEscape: true });
    compiled.set(name, template);
  }
  return template(view);
}
