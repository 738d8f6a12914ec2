import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { attachConsole } from '../cli/attach-console.js';
import { takeConsole } from '../lab/console-lock.js';
import { machineNamed } from '../lab/exec.js';
import { findRunningLab } from '../lab/find-record.js';

interface ConsoleResult {
  readonly socket: string;
}

export default class Console extends BaseCommand<typeof Console> {
  static override summary = 'Attach to the serial console of a machine.';
  static override description =
    'Leave it with Ctrl-]. With --json, print the path of its socket instead of attaching.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> quickstart guest',
    '<%= config.bin %> <%= command.id %> vdpa server.guest',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up', required: true }),
    machine: Args.string({
      ignoreStdin: true,
      description: 'a machine of the lab; optional if it has only one',
    }),
  };
  static override flags = { ...instanceFlag };

  async run(): Promise<ConsoleResult> {
    const { args, flags } = await this.read(Console);
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const names = running.record.lab.machines.map(({ name }) => name);
    const machine = machineNamed(running, args.machine ?? (names.length === 1 ? (names[0] ?? '') : ''));
    try {
      await running.qemu(machine);
      const socket = running.channels.socket(machine, 'console');
      if (this.jsonEnabled()) return { socket };
      const lock = await takeConsole(running, machine);
      try {
        await attachConsole(running.channels.to(machine, 'console'));
      } finally {
        await lock.release();
      }
      return { socket };
    } finally {
      await running.close();
    }
  }
}
