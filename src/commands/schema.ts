import { BaseCommand } from '../cli/base-command.js';
import { labSchema } from '../lab/json-schema.js';

export default class Schema extends BaseCommand<typeof Schema> {
  static override summary = 'Print the JSON Schema of a lab definition, for editors.';
  static override description =
    'Draft-07. An editor that is told of it completes keys and marks mistakes as you type; the rules between parts of a ' +
    'definition are checked by `lab validate` alone.';
  static override examples = ['<%= config.bin %> <%= command.id %> > lab.schema.json'];
  static override args = {};
  static override flags = {};

  async run(): Promise<Readonly<Record<string, unknown>>> {
    await this.read(Schema);
    const schema = labSchema();
    this.log(JSON.stringify(schema, null, 2));
    return schema;
  }
}
