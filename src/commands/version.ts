import { BaseCommand } from '../cli/base-command.js';
import { thisProgram, versionLine, type Program } from '../cli/version.js';

type VersionResult = Pick<Program, 'name' | 'version'> & { readonly node: string };

export default class Version extends BaseCommand<typeof Version> {
  static override summary = 'Show which version of lab this is.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<VersionResult> {
    await this.read(Version);
    const program = thisProgram();
    this.log(versionLine(program));
    return { name: program.name, version: program.version, node: process.version };
  }
}
