import { UsageError } from '../errors/families.js';
import { nearest } from '../model/nearest.js';

/** What is asked of the framework’s configuration. */
interface Commands {
  readonly commands: readonly { readonly id: string; readonly hidden: boolean; readonly aliases: string[] }[];
}

/** There is no command that begins with these words: some of them may have been its arguments. */
export function noSuchCommand(words: readonly string[], { commands }: Commands): UsageError {
  const known = commands
    .filter(({ hidden }) => !hidden)
    .flatMap(({ id, aliases }) => [id, ...aliases])
    .map((id) => id.replaceAll(':', ' '));
  const [first = ''] = words;
  const isTopic = known.some((name) => name.startsWith(`${first} `));
  const written = words.slice(0, isTopic ? 2 : 1).join(' ');
  const meant = nearest(written, known);
  const help = isTopic ? `lab help ${first}` : 'lab help';
  return new UsageError({
    code: 'LAB-USAGE',
    message: `there is no command \`lab ${written}\``,
    hint: meant === undefined ? `${help} lists the commands` : `did you mean \`lab ${meant}\`?`,
  });
}
