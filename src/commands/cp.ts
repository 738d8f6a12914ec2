import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { durationFlag } from '../cli/duration-flag.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { tellBuffered } from '../cli/tell-buffered.js';
import { printable } from '../errors/printable.js';
import { copy, type Copied } from '../lab/copy/copy.js';
import { copyRequest } from '../lab/copy/copy-place.js';
import { findRunningLab } from '../lab/find-record.js';

export default class Cp extends BaseCommand<typeof Cp> {
  static override summary = 'Copy a file or a folder into or out of a machine or a peer of a lab that is up.';
  static override description =
    'Needs no network in the lab. Into a folder that exists, it is copied under its own name. Nothing that comes out of a machine is written ' +
    'outside the place to copy to: links that lead out of a copied folder, devices and sockets are left out and told.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart guest:/proc/interrupts .',
    '<%= config.bin %> <%= command.id %> quickstart ./driver guest:/root',
    '<%= config.bin %> <%= command.id %> vdpa server.guest:/etc ./etc-of-guest',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'a lab that is up', required: true }),
    from: Args.string({ ignoreStdin: true, description: 'PATH, or MACHINE:PATH', required: true }),
    to: Args.string({ ignoreStdin: true, description: 'MACHINE:PATH, or PATH', required: true }),
  };
  static override flags = {
    ...instanceFlag,
    timeout: durationFlag(
      { unit: 's', min: 0 },
      { description: 'give up after this time, such as 30s or 10m; 0 or nothing: never' },
    ),
  };
  static override usage = 'cp LAB FROM TO [--json] [--timeout TIME] [--instance NAME]';

  async run(): Promise<Copied> {
    const { args, flags } = await this.read(Cp);
    const { timeout = 0 } = flags;
    const request = copyRequest(args.from, args.to);
    const task = await this.task();
    const running = findRunningLab(this.environment.state, args.lab, flags.instance);
    const context = { environment: this.environment, onBuffered: tellBuffered };
    const limitMs = timeout === 0 ? Infinity : timeout * 1000;
    try {
      const copied = await copy(request, { running, context, limitMs }, task);
      for (const one of copied.leftOut) process.stderr.write(`left out ${printable(one)}\n`);
      return copied;
    } finally {
      await running.close();
    }
  }
}
