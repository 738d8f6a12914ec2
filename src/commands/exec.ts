import * as Args from '@oclif/core/args';
import { isUtf8 } from 'node:buffer';
import { attachStreams, ownTerminal } from '../cli/attach-streams.js';
import { BaseCommand, Flags } from '../cli/base-command.js';
import { collectStreams } from '../cli/collect-streams.js';
import { durationFlag } from '../cli/duration-flag.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { interruptSignal, terminationSignal } from '../cli/interrupts.js';
import { tellBuffered } from '../cli/tell-buffered.js';
import { UsageError } from '../errors/families.js';
import { startOnMember } from '../lab/exec.js';
import { findRunningLab } from '../lab/find-record.js';
import { withinTime } from '../lab/within-time.js';
import { taskWith } from '../model/task.js';
import type { Spawned } from '../process/spawned.js';

interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of both outputs, if they are not UTF-8. */
  readonly encoding?: 'base64';
}

export default class Exec extends BaseCommand<typeof Exec> {
  static override summary = 'Run a command in a machine or a peer of a lab that is up.';
  static override description =
    'Passes bytes on as they come, needs no network in the lab, and returns the command’s exit code: 128 plus the signal’s number if a ' +
    'signal ended it, 124 if its time was up. What it has started ends with it if you interrupt it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart guest -- ip -br link',
    '<%= config.bin %> <%= command.id %> quickstart guest -- sh -c "echo 3 > /sys/bus/pci/devices/0000:01:00.0/sriov_numvfs"',
    '<%= config.bin %> <%= command.id %> -it quickstart guest -- sh',
    '<%= config.bin %> <%= command.id %> quickstart server -- tcpdump -i eth0 -w - > capture.pcap',
    '<%= config.bin %> <%= command.id %> -i quickstart guest -- sh -c "cat > /tmp/data" < data',
    '<%= config.bin %> <%= command.id %> vdpa server.guest -- ip -br link',
  ];
  static override strict = false;
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up', required: true }),
    member: Args.string({ ignoreStdin: true, description: 'a machine or a peer of the lab', required: true }),
  };
  static override flags = {
    ...instanceFlag,
    interactive: Flags.boolean({
      char: 'i',
      default: false,
      description: 'pass the standard input on to the command',
    }),
    tty: Flags.boolean({ char: 't', default: false, description: 'give the command a terminal' }),
    timeout: durationFlag(
      { unit: 's', min: 0 },
      { description: 'end the command after this time, such as 30s or 10m; 0 or nothing: never' },
    ),
  };
  protected override readonly passesOn = 2;
  static override usage = 'exec [-it] LAB MACHINE|PEER [--json] [--timeout TIME] -- COMMAND [ARGUMENT...]';

  async run(): Promise<ExecResult> {
    const { args, flags, argv } = await this.read(Exec);
    const [program, ...rest] = this.#commandLine(argv);
    if (program === undefined) {
      throw new UsageError({
        code: 'LAB-USAGE',
        message: 'there is no command to run',
        hint: `put it after --: lab exec ${args.lab} ${args.member} -- ip -br link`,
      });
    }
    const { timeout = 0, interactive: input, tty } = flags;
    if (tty) this.#assertTerminal(input);
    const json = this.jsonEnabled();
    const options = { input, terminal: tty ? ownTerminal() : null, ownStreams: !json };
    // A terminal passes Ctrl-C on to the command.
    const task = taskWith(await this.progress(), input && tty ? terminationSignal() : interruptSignal());
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const context = { environment: this.environment, onBuffered: tellBuffered };
    try {
      return await withinTime(
        { limitMs: timeout === 0 ? Infinity : timeout * 1000, signal: task.signal },
        async (signal) =>
          startOnMember(running, args.member, [program, ...rest], options, context, { ...task, signal }),
        async (command) => (json ? this.#collect(command) : this.#attach(command, input && tty)),
      );
    } finally {
      await running.close();
    }
  }

  async #attach(command: Spawned, withTerminal: boolean): Promise<ExecResult> {
    const exitCode = await attachStreams(command, withTerminal);
    process.exitCode = exitCode;
    return { exitCode, stdout: '', stderr: '' };
  }

  async #collect(command: Spawned): Promise<ExecResult> {
    const { exitCode, stdout, stderr } = await collectStreams(command);
    process.exitCode = exitCode;
    if (isUtf8(stdout) && isUtf8(stderr))
      return { exitCode, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
    return {
      exitCode,
      stdout: stdout.toString('base64'),
      stderr: stderr.toString('base64'),
      encoding: 'base64',
    };
  }

  #assertTerminal(input: boolean): void {
    const json = this.jsonEnabled();
    if (!json && (!input || process.stdin.isTTY)) return;
    throw new UsageError({
      code: 'LAB-USAGE',
      message: json
        ? '-t is for a person at a terminal, and --json for a program'
        : '-t needs a terminal, and the standard input is none',
      hint: 'leave out -t: with -i alone the standard input is passed on as it is',
    });
  }

  /** The command after the machine. oclif moves a repeated word to its first position, so what follows `--` is taken from the raw arguments. */
  #commandLine(words: readonly string[]): readonly string[] {
    const end = this.argv.indexOf('--');
    return end < 0 ? words.slice(2) : this.argv.slice(end + 1);
  }
}
