/** The parts of the manifest that completion looks at. */
export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
}

export interface ManifestCommand {
  readonly summary: string;
  readonly hidden?: boolean;
  readonly aliases: readonly string[];
  readonly strict: boolean;
  readonly args: Readonly<Record<string, { readonly options?: readonly string[] }>>;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
}

interface ManifestFlag {
  readonly type: 'boolean' | 'option';
  readonly description?: string;
  readonly char?: string;
  readonly options?: readonly string[];
}

/** A word that could come next, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** What the word under the cursor is to be. */
export interface Asked {
  readonly candidates: readonly Candidate[];
  /** What there is for the argument or the flag of that name. */
  readonly live?: LiveName;
}

export interface LiveName {
  readonly command: string;
  readonly name: string;
  /** The lab that the command line names, and the instance of it. */
  readonly lab: string | undefined;
  readonly instance: string | undefined;
}

/** Commands that pass the words behind `--` on, and how many words come before. */
const passOn: Readonly<Record<string, number>> = { exec: 2, kubectl: 1 };

/** Commands by the words that name them, aliases included, without the hidden ones. */
function commandsByName({ commands }: Manifest): Map<string, { id: string; command: ManifestCommand }> {
  const named = Object.entries(commands).filter(([, { hidden }]) => hidden !== true);
  return new Map(
    named.flatMap(([id, command]) =>
      [id, ...command.aliases].map(
        (name) => [name.replaceAll(':', ' '), { id: id.replaceAll(':', ' '), command }] as const,
      ),
    ),
  );
}

/** The words of commands that may follow those before, such as `build` after `image`. */
function nextWords(before: readonly string[], names: ReturnType<typeof commandsByName>): Candidate[] {
  const beginning = before.map((word) => `${word} `).join('');
  const next = new Map<string, string>();
  for (const [name, { command }] of names) {
    if (!name.startsWith(beginning)) continue;
    const rest = name.slice(beginning.length);
    const [word = ''] = rest.split(' ');
    if (!next.has(word) || word === rest) next.set(word, word === rest ? command.summary : '');
  }
  return [...next].map(([word, description]) => ({ word, description }));
}

function flagCalled(
  word: string | undefined,
  flags: ManifestCommand['flags'],
): [string, ManifestFlag] | undefined {
  return Object.entries(flags).find(
    ([name, { char }]) => word === `--${name}` || (char !== undefined && word === `-${char}`),
  );
}

/** Words without flags and their values. */
function positionals(words: readonly string[], flags: ManifestCommand['flags']): string[] {
  const found: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) found.push(word);
    else if (flagCalled(word, flags)?.[1].type === 'option') index += 1;
  }
  return found;
}

function valueOf(flag: string, words: readonly string[]): string | undefined {
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1];
}

function valuesOf(live: LiveName, options: readonly string[] | undefined): Asked {
  if (options === undefined) return { candidates: [], live };
  return { candidates: options.map((word) => ({ word, description: '' })) };
}

/** What is asked for where `command` has the words `before` behind its name, and the cursor is in `current`. */
function askedOf(id: string, command: ManifestCommand, before: readonly string[], current: string): Asked {
  const { args, flags, strict } = command;
  if (before.includes('--')) return { candidates: [] };
  const given = positionals(before, flags);
  const names = Object.keys(args);
  const lab = valueOf('--lab', before) ?? given[names.indexOf('lab')];
  const instance = valueOf('--instance', before);
  const flag = flagCalled(before.at(-1), flags);
  if (flag !== undefined && flag[1].type === 'option') {
    const [name, { options }] = flag;
    return valuesOf({ command: id, name, lab, instance }, options);
  }
  if (current.startsWith('-')) {
    const candidates = Object.entries(flags).map(([name, { description = '' }]) => ({
      word: `--${name}`,
      description,
    }));
    return { candidates };
  }
  const passedFrom = passOn[id];
  if (passedFrom !== undefined && given.length >= passedFrom)
    return { candidates: [{ word: '--', description: 'the command follows' }] };
  const name = names[given.length] ?? (strict ? undefined : names.at(-1));
  if (name === undefined) return { candidates: [] };
  return valuesOf({ command: id, name, lab, instance }, args[name]?.options);
}

/** What the last of the words, those behind `lab`, is to be. */
export function askedFor(words: readonly string[], manifest: Manifest): Asked {
  const current = words.at(-1) ?? '';
  // bash gives `--check=tra` as three words.
  const before = words.slice(0, -1).filter((word) => word !== '=');
  const names = commandsByName(manifest);
  const [first = '', second = ''] = before;
  const name = names.has(`${first} ${second}`) ? `${first} ${second}` : first;
  const found = names.get(name);
  if (found === undefined) return { candidates: nextWords(before, names) };
  const rest = before.slice(name.split(' ').length);
  if (found.id === 'help') return { candidates: nextWords(rest, names) };
  const own = askedOf(found.id, found.command, rest, current);
  const below = rest.length === 0 ? nextWords([name], names) : [];
  return { ...own, candidates: [...below, ...own.candidates] };
}
