import * as Args from '@oclif/core/args';
import { BaseCommand, Flags } from '../cli/base-command.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { quietInterrupt } from '../cli/interrupts.js';
import { printable } from '../errors/printable.js';
import { KEPT_ATTEMPTS } from '../lab/attempts.js';
import { followLogs, labLogs, type LabLog, type LogPiece } from '../lab/logs.js';

interface LogsResult {
  readonly logs: readonly LabLog[];
}

export default class Logs extends BaseCommand<typeof Logs> {
  static override summary =
    'Show the output of a lab’s machines, QEMUs, services and networks, and what was done to the lab.';
  static override description =
    'Works after the lab has gone down too; but for the logs that a machine keeps to itself, such as those of a cluster’s node. ' +
    'When the lab comes up again, the logs of what has ended stay as those of an earlier attempt.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> quickstart guest.console',
    '<%= config.bin %> <%= command.id %> -f quickstart guest.console',
    '<%= config.bin %> <%= command.id %> k8s guest.kubelet',
    {
      description: 'Why the `up` before the last one failed:',
      command: '<%= config.bin %> <%= command.id %> quickstart --attempt 2',
    },
  ];
  static override args = {
    lab: Args.string({
      ignoreStdin: true,
      description: 'the lab, as it was named for `up`, or its id',
      required: true,
    }),
    log: Args.string({
      ignoreStdin: true,
      description:
        'only this log: MACHINE.console, MACHINE.qemu, a service, NODE.kubelet, network, namespace, events',
    }),
  };
  static override flags = {
    ...instanceFlag,
    attempt: Flags.integer({
      min: 1,
      max: KEPT_ATTEMPTS,
      default: 1,
      description: `of which \`up\`: 1 is the last one, 2 the one before it; ${KEPT_ATTEMPTS} are kept`,
      helpValue: 'N',
    }),
    follow: Flags.boolean({
      char: 'f',
      default: false,
      exclusive: ['attempt', 'json'],
      description: 'go on with what comes, until you press Ctrl-C',
    }),
  };

  async run(): Promise<LogsResult> {
    const { args, flags } = await this.read(Logs);
    if (flags.follow) {
      await this.#follow(args.lab, args.log, flags.instance);
      return { logs: [] };
    }
    const logs = await labLogs(this.environment.state, args.lab, args.log, flags.attempt, flags.instance);
    for (const { name, file, text } of logs) {
      if (logs.length > 1) this.log(`==> ${name} (${file})`);
      if (text !== '') this.#show(text.trimEnd());
    }
    return { logs };
  }

  /** Each piece under the name of its log, if there are several. */
  async #follow(lab: string, log: string | undefined, instance: string | undefined): Promise<void> {
    let last: string | undefined;
    const onPiece = ({ name, bytes }: LogPiece): void => {
      if (name !== last && log === undefined) process.stdout.write(`==> ${name}\n`);
      last = name;
      process.stdout.write(
        process.stdout.isTTY ? printable(bytes.toString('utf8').replaceAll('\r', '')) : bytes,
      );
    };
    await followLogs(this.environment.state, { lab, instance, log }, onPiece, quietInterrupt());
  }

  /** On a terminal, text that it does not obey; elsewhere, whatever the machines said. */
  #show(text: string): void {
    if (process.stdout.isTTY) this.log(text);
    else if (!this.jsonEnabled()) process.stdout.write(`${text}\n`);
  }
}
