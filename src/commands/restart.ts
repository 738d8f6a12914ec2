import { BaseCommand, Flags } from '../cli/base-command.js';
import { instanceFlag, noWaitFlag } from '../cli/instance-flags.js';
import { machineArguments } from '../cli/machine-argument.js';
import { findRunningLab } from '../lab/find-record.js';
import { labWords } from '../model/instance.js';
import { wordsFor } from '../lab/record.js';
import { restartMachines, type Restarted } from '../lab/restart-machines.js';

interface RestartResult extends Restarted {
  readonly lab: string;
}

export default class Restart extends BaseCommand<typeof Restart> {
  static override aliases = ['reboot'];
  static override summary = 'Reboot the machines of a lab, or one of them, and wait until they are up again.';
  static override description =
    'Asks each guest to reboot, within the QEMU that runs. A guest with a disk (such as `debian-13`) keeps what is on it; one of the image ' +
    '`micro` begins anew. VFs that were created in a guest are gone. What lab ran inside a machine ends: `lab up` starts it again.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> k8s guest',
    {
      description: 'A guest that does not react:',
      command: '<%= config.bin %> <%= command.id %> quickstart guest --hard',
    },
  ];
  static override args = machineArguments;
  static override flags = {
    ...instanceFlag,
    ...noWaitFlag,
    hard: Flags.boolean({ description: 'reset the machine at once, without asking its guest' }),
  };

  async run(): Promise<RestartResult> {
    const { args, flags } = await this.read(Restart);
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const task = await this.task(labWords(args.lab, flags.instance ?? null));
    const { hard } = flags;
    const restarted = await restartMachines(running, args.machine, { hard }, task, {
      wait: !flags['no-wait'],
    }).finally(async () => running.close());
    const { lab } = running.record;
    this.log(`restarted: ${restarted.machines.join(', ')}`);
    for (const part of restarted.ended)
      this.log(`ended: ${part}; lab up ${wordsFor(running.record.id)} starts it again`);
    return { lab: lab.name, ...restarted };
  }
}
