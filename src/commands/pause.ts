import { BaseCommand } from '../cli/base-command.js';
import { instanceFlag, noWaitFlag } from '../cli/instance-flags.js';
import { machineArguments } from '../cli/machine-argument.js';
import { findRunningLab } from '../lab/find-record.js';
import { labWords } from '../model/instance.js';
import { pauseMachines } from '../lab/pause-machines.js';

interface PauseResult {
  readonly lab: string;
  readonly machines: readonly string[];
}

export default class Pause extends BaseCommand<typeof Pause> {
  static override summary = 'Have the machines of a lab, or one of them, stand still.';
  static override description =
    'Their guests stop where they are and keep their memory, and whatever waits for them goes on waiting. `lab status` says so. ' +
    'A machine inside a paused one stands still too. `lab down` works all the same.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> vdpa server.guest',
  ];
  static override args = machineArguments;
  static override flags = { ...instanceFlag, ...noWaitFlag };

  async run(): Promise<PauseResult> {
    const { args, flags } = await this.read(Pause);
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const task = await this.task(labWords(args.lab, flags.instance ?? null));
    const machines = await pauseMachines(running, args.machine, task, {
      wait: !flags['no-wait'],
    }).finally(async () => running.close());
    this.log(`paused: ${machines.join(', ')}`);
    return { lab: running.record.lab.name, machines };
  }
}
