import { BaseCommand } from '../cli/base-command.js';
import { instanceFlag, noWaitFlag } from '../cli/instance-flags.js';
import { machineArguments } from '../cli/machine-argument.js';
import { findRunningLab } from '../lab/find-record.js';
import { labWords } from '../model/instance.js';
import { resumeMachines } from '../lab/pause-machines.js';

interface ResumeResult {
  readonly lab: string;
  readonly machines: readonly string[];
}

export default class Resume extends BaseCommand<typeof Resume> {
  static override summary = 'Have paused machines of a lab, or one of them, go on.';
  static override description =
    'It is not an error if they are not paused. QEMU pauses a machine by itself when the disk under its files is full: ' +
    'make room there first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> vdpa server.guest',
  ];
  static override args = machineArguments;
  static override flags = { ...instanceFlag, ...noWaitFlag };

  async run(): Promise<ResumeResult> {
    const { args, flags } = await this.read(Resume);
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const task = await this.task(labWords(args.lab, flags.instance ?? null));
    const machines = await resumeMachines(running, args.machine, task, {
      wait: !flags['no-wait'],
    }).finally(async () => running.close());
    this.log(`resumed: ${machines.join(', ')}`);
    return { lab: running.record.lab.name, machines };
  }
}
