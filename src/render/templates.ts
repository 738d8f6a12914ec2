import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { shippedFile } from '../model/folders.js';
import { plainWord, quoteForQemu, quoteForShell } from './quote.js';

const handlebars = Handlebars.create();
handlebars.registerHelper('sh', (value: unknown) => quoteForShell(String(value)));
handlebars.registerHelper('word', (value: unknown) => plainWord(String(value)));
handlebars.registerHelper('qemu', (value: unknown) => quoteForQemu(String(value)));

const compiled = new Map<string, Handlebars.TemplateDelegate>();

function source(name: string): string {
  return readFileSync(shippedFile(`templates/${name}.hbs`), 'utf8');
}

for (const library of ['tap', 'vf', 'namespaces', 'ping', 'settled'])
  handlebars.registerPartial(library, source(`checks/lib/${library}.sh`));

/**
 * Renders src/templates/NAME.hbs. A name that the view does not have is an error, nothing is escaped for HTML:
 * every value in a script goes through `sh`.
 */
export function renderTemplate(name: string, view: object): string {
  let template = compiled.get(name);
  if (template === undefined) {
    template = handlebars.compile(source(name), { strict: true, noEscape: true });
    compiled.set(name, template);
  }
  return template(view);
}
