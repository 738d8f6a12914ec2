import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { scripts, shells, type Shell } from '../cli/completion/scripts.js';

interface CompletionResult {
  readonly shell: Shell;
  readonly script: string;
}

export default class Completion extends BaseCommand<typeof Completion> {
  static override summary = 'Print a script with which a shell completes commands, flags and names.';
  static override description =
    'The names are those of this moment: labs, the machines and checks of a lab, runs, images and logs. `lab` must be in PATH, or an alias that is set before.';
  static override examples = [
    { description: 'In ~/.bashrc:', command: '. <(<%= config.bin %> <%= command.id %> bash)' },
    { description: 'In ~/.zshrc, after compinit:', command: '. <(<%= config.bin %> <%= command.id %> zsh)' },
    {
      description: 'In ~/.config/fish/config.fish:',
      command: '<%= config.bin %> <%= command.id %> fish | source',
    },
  ];
  static override args = {
    shell: Args.string({ ignoreStdin: true, options: [...shells], description: 'the shell', required: true }),
  };

  async run(): Promise<CompletionResult> {
    const { args } = await this.read(Completion);
    const shell = args.shell as Shell;
    const script = scripts[shell];
    if (!this.jsonEnabled()) process.stdout.write(script);
    return { shell, script };
  }
}
