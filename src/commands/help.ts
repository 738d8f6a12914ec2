import * as Args from '@oclif/core/args';
import { Help as Formatter, standardizeIDFromArgv } from '@oclif/core/help';
import type * as Interfaces from '@oclif/core/interfaces';
import { BaseCommand } from '../cli/base-command.js';
import { noSuchCommand } from '../cli/no-such-command.js';
import { rootHelp } from '../cli/root-help.js';

interface HelpResult {
  readonly help: string;
}

/** The framework’s help as text. */
class Collected extends Formatter {
  readonly #lines: string[] = [];

  override log(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  async showTopic(topic: Interfaces.Topic): Promise<void> {
    return this.showTopicHelp(topic);
  }

  get text(): string {
    return this.#lines.join('\n').trimEnd();
  }
}

export default class Help extends BaseCommand<typeof Help> {
  static override summary = 'Show the commands, or what a command does, its flags and examples.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> test',
    '<%= config.bin %> <%= command.id %> image build',
  ];
  static override strict = false;
  static override args = {
    command: Args.string({ ignoreStdin: true, description: 'a command; its words may be several' }),
  };
  static override usage = 'help [COMMAND...]';

  async run(): Promise<HelpResult> {
    const { argv } = await this.read(Help);
    const help = argv.length === 0 ? rootHelp().trimEnd() : await this.#of(argv);
    // Not as a line to log: on a terminal its headings are bold.
    if (!this.jsonEnabled()) process.stdout.write(`${help}\n`);
    return { help };
  }

  async #of(words: readonly string[]): Promise<string> {
    const [id = ''] = standardizeIDFromArgv([...words], this.config);
    const help = new Collected(this.config, this.config.pjson.oclif.helpOptions);
    const command = this.config.findCommand(id);
    const topic = this.config.findTopic(id);
    if (command !== undefined) await help.showCommandHelp(command);
    else if (topic !== undefined) await help.showTopic(topic);
    else throw noSuchCommand(words, this.config);
    return help.text;
  }
}
