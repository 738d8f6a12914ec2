import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { durationFlag } from '../cli/duration-flag.js';
import { interruptSignal } from '../cli/interrupts.js';
import { UsageError } from '../errors/families.js';
import { findRunningLab } from '../lab/find-record.js';
import { runOnMember } from '../lab/exec.js';

interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export default class Exec extends BaseCommand<typeof Exec> {
  static override summary = 'Run a command in a machine or a peer of a lab that is up.';
  static override description =
    'In a machine, the command runs through the guest agent, so it works even if the network is broken. Returns the command’s exit code.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart guest -- ip -br link',
    '<%= config.bin %> <%= command.id %> quickstart guest -- sh -c "echo 3 > /sys/bus/pci/devices/0000:01:00.0/sriov_numvfs"',
    '<%= config.bin %> <%= command.id %> quickstart server -- ping -c 1 10.0.0.10',
    '<%= config.bin %> <%= command.id %> vdpa server.guest -- ip -br link',
  ];
  static override strict = false;
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up', required: true }),
    member: Args.string({ ignoreStdin: true, description: 'a machine or a peer of the lab', required: true }),
  };
  static override flags = {
    ...instanceFlag,
    timeout: durationFlag(
      { unit: 's', min: 0 },
      { description: 'give up after this time, such as 30s or 10m; 0 or nothing: never' },
    ),
  };
  protected override readonly passesOn = 2;
  static override usage =
    'exec LAB MACHINE|PEER [--json] [--timeout TIME] [--instance NAME] -- COMMAND [ARGUMENT...]';

  async run(): Promise<ExecResult> {
    const { args, flags, argv } = await this.read(Exec);
    const [command, ...rest] = this.#commandLine(argv);
    if (command === undefined) {
      throw new UsageError({
        code: 'LAB-USAGE',
        message: 'there is no command to run',
        hint: `put it after --: lab exec ${args.lab} ${args.member} -- ip -br link`,
      });
    }
    const { timeout = 0 } = flags;
    const limit = timeout === 0 ? {} : { timeoutMs: timeout * 1000 };
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const { exitCode, stdout, stderr } = await runOnMember(running, args.member, [command, ...rest], {
      ...limit,
      signal: interruptSignal(),
    }).finally(async () => running.close());
    if (!this.jsonEnabled()) {
      process.stdout.write(stdout);
      process.stderr.write(stderr);
    }
    process.exitCode = exitCode;
    return { exitCode, stdout, stderr };
  }

  /** The command after the machine. oclif moves a repeated word to its first position, so what follows `--` is taken from the raw arguments. */
  #commandLine(words: readonly string[]): readonly string[] {
    const end = this.argv.indexOf('--');
    return end < 0 ? words.slice(2) : this.argv.slice(end + 1);
  }
}
