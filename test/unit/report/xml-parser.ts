/** An element of a well-formed document. */
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

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  if (text.includes('<')) throw new Error(`a bare < in: ${text}`);
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const character = whole.endsWith(';') ? ENTITIES[name] : undefined;
    if (character === undefined) throw new Error(`a bare & in: ${text}`);
    return character;
  });
}

/** Strict, and no more than our SVG needs: elements, attributes and text. Throws on what is not well-formed. */
export class XMLParser {
  #at = 0;

  constructor(private readonly text: string) {}

  parse(): XmlElement {
    const root = this.#element();
    if (this.text.slice(this.#at).trim() !== '') throw new Error('something follows the root');
    return root;
  }

  #take(pattern: RegExp): RegExpExecArray {
    const match = new RegExp(pattern, 'yu');
    match.lastIndex = this.#at;
    const found = match.exec(this.text);
    if (found === null) throw new Error(`not well-formed at: ${this.text.slice(this.#at, this.#at + 60)}`);
    this.#at = match.lastIndex;
    return found;
  }

  #element(): XmlElement {
    const [, name = '', attributes = '', closed = ''] = this.#take(
      /<([A-Za-z]\w*)((?:\s+[\w:-]+="[^"]*")*)(\/?)>/,
    );
    const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, decode(value)] as const,
    );
    if (new Set(pairs.map(([key]) => key)).size < pairs.length)
      throw new Error(`an attribute twice in <${name}>`);
    const element = new XmlElement(name, Object.fromEntries(pairs));
    if (closed !== '') return element;
    for (;;) {
      element.text += decode(this.#take(/[^<]*/)[0]);
      if (this.text.startsWith('</', this.#at)) break;
      element.children.push(this.#element());
    }
    if (this.#take(/<\/(\w+)>/)[1] !== name) throw new Error(`<${name}> is not closed`);
    return element;
  }
}
