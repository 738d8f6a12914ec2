import { BaseCommand } from '../cli/base-command.js';
import { setFlag } from '../cli/definition-flags.js';
import * as Args from '@oclif/core/args';
import { DefinitionError } from '../errors/families.js';
import { readLab } from '../definition/read-lab.js';

interface ValidateResult {
  readonly valid: readonly string[];
}

export default class Validate extends BaseCommand<typeof Validate> {
  static override summary = 'Check lab definitions without starting anything.';
  static override description =
    'Reports the problems of all definitions, each with its place in the file and what to do about it: first wrong keys and values, ' +
    'and if a definition has none, everything that does not fit together.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> labs/*/lab.yaml',
    '<%= config.bin %> <%= command.id %> quickstart --set machines.guest.nics.pf0.vfs=8',
  ];
  static override flags = { ...setFlag };
  static override strict = false;
  static override args = {
    lab: Args.string({
      ignoreStdin: true,
      description: 'folders, definition files, or shipped labs',
      required: true,
    }),
  };

  async run(): Promise<ValidateResult> {
    const { argv, flags } = await this.read(Validate);
    const errors = argv.flatMap((lab) => errorOf(lab, flags.set) ?? []);
    const [first, ...others] = errors.flatMap(({ problems }) => problems);
    const cause = errors.find((error) => error.cause !== undefined)?.cause;
    if (first !== undefined) throw new DefinitionError([first, ...others], { cause });
    this.log(argv.length === 1 ? 'valid' : `${argv.length} definitions are valid`);
    return { valid: argv };
  }
}

function errorOf(lab: string, settings: readonly string[]): DefinitionError | undefined {
  try {
    readLab(lab, settings);
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
}
