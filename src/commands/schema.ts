import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { labSchema } from '../definition/json-schema.js';
import { resultSchema } from '../results/run.js';

export default class Schema extends BaseCommand<typeof Schema> {
  static override summary =
    'Print the JSON Schema of a lab definition, for editors, or of results, for programs.';
  static override description =
    'Draft-07. An editor that uses it completes keys and marks mistakes as you type. Only `lab validate` checks the rules between ' +
    'parts of a definition. `result` is what `lab test --json` and `lab bench --json` print.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> > lab.schema.json',
    '<%= config.bin %> <%= command.id %> result',
  ];
  static override args = {
    what: Args.string({
      ignoreStdin: true,
      options: ['lab', 'result'],
      default: 'lab',
      description: 'which schema',
    }),
  };
  static override flags = {};

  async run(): Promise<Readonly<Record<string, unknown>>> {
    const { args } = await this.read(Schema);
    const schema = args.what === 'result' ? resultSchema() : labSchema();
    this.log(JSON.stringify(schema, null, 2));
    return schema;
  }
}
