/** An element of a document that a strict reader has accepted. */
export class XmlElement {
  text = '';
  readonly children: XmlElement[] = [];

  constructor(
    readonly name: string,
    readonly attributes: Readonly<Record<string, string>>,
  ) {}

  *all(): Iterable<XmlElement> {
    yield this;
    for (const child of this.children) yield* child.all();
  }

  names(): string[] {
    return [...this.all()].map(({ name }) => name);
  }

  find(name: string): XmlElement {
    const found = [...this.all()].find((element) => element.name === name);
    if (found === undefined) throw new Error(`no <${name}>`);
    return found;
  }
}

/** The children of that name. */
export function childrenNamed(element: XmlElement | undefined, name: string): XmlElement[] {
  return (element?.children ?? []).filter((child) => child.name === name);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const TAG = /^<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/;

/** XML 1.0, production 2. */
function isCharacter(code: number): boolean {
  const control = code < 0x20 && ![0x9, 0xa, 0xd].includes(code);
  return !control && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

function unescape(text: string): string {
  if (/&(?!(amp|lt|gt|quot|apos|#10|#13|#9);)/.test(text)) throw new Error(`a bare & in: ${text}`);
  return text.replace(/&(\w+|#\d+);/g, (_, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (ENTITIES[name] ?? ''),
  );
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => {
    // A reader turns line breaks and tabs within an attribute into spaces (XML 1.0, 3.3.3).
    return [name, unescape(value.replace(/\r\n|[\r\n\t]/g, ' '))] as const;
  });
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length)
    throw new Error(`an attribute twice: ${text}`);
  return Object.fromEntries(pairs);
}

/** Reads a document of elements, attributes and text; throws where it is not well-formed. A report has a declaration, a picture none. */
export function parseXml(text: string, { declaration = true } = {}): XmlElement {
  if (Array.from(text).some((character) => !isCharacter(character.codePointAt(0) ?? 0)))
    throw new Error('a character that XML cannot hold');
  const [head = ''] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(text) ?? [];
  if ((head !== '') !== declaration) throw new Error('an XML declaration too few or too many');
  const top = new XmlElement('', {});
  const open = [top];
  let rest = text.slice(head.length);
  while (rest !== '') {
    const current = open.at(-1) ?? top;
    if (!rest.startsWith('<')) {
      const end = rest.indexOf('<');
      const raw = end < 0 ? rest : rest.slice(0, end);
      if (raw.includes(']]>')) throw new Error('the end of a CDATA section in text');
      current.text += unescape(raw.replace(/\r\n?/g, '\n'));
      rest = rest.slice(raw.length);
      continue;
    }
    const tag = TAG.exec(rest);
    if (tag === null) throw new Error(`not a tag: ${rest.slice(0, 80)}`);
    const [all, closing, name = '', attributes = '', empty] = tag;
    rest = rest.slice(all.length);
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`);
      continue;
    }
    const element = new XmlElement(name, attributesOf(attributes));
    current.children.push(element);
    if (empty !== '/') open.push(element);
  }
  const [root] = top.children;
  if (open.length !== 1 || root === undefined || top.children.length !== 1 || top.text.trim() !== '')
    throw new Error('not one whole root element');
  return root;
}
