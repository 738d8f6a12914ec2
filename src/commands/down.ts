import { BaseCommand, ExitCode, Flags } from '../cli/base-command.js';
import * as Args from '@oclif/core/args';
import { nameDamaged, type DamagedLab } from '../cli/damaged-labs.js';
import { instanceFlag, noWaitFlag } from '../cli/instance-flags.js';
import { UsageError } from '../errors/families.js';
import { findIdOfKnown, instancesUp } from '../lab/find-record.js';
import { allRecords, LabFolder } from '../lab/record.js';
import { bringDown } from '../lab/take-down.js';
import { taskWith } from '../model/task.js';

interface DownResult {
  readonly down: readonly string[];
  /** Labs that --all left as they are, because their record is damaged. */
  readonly damaged: readonly DamagedLab[];
}

export default class Down extends BaseCommand<typeof Down> {
  static override aliases = ['destroy', 'stop'];
  static override summary =
    'Take a lab down: end its machines, and remove its networks, namespaces and files.';
  static override description =
    'Works from what was recorded when the lab came up, even if the definition has changed or is gone. ' +
    'The logs stay until the lab comes up again. It is not an error if the lab is not up. With --all, a lab whose record is damaged is ' +
    'named and left as it is, and the exit code is 1; `lab down ID` takes it down.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> --all',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'the lab, as it was named for `up`, or its id' }),
  };
  static override flags = {
    all: Flags.boolean({
      description: 'every lab of this user, in every instance',
      default: false,
      exclusive: ['instance'],
    }),
    ...instanceFlag,
    ...noWaitFlag,
  };

  async run(): Promise<DownResult> {
    const { args, flags } = await this.read(Down);
    if (flags.all === (args.lab !== undefined)) {
      throw new UsageError({
        code: 'LAB-USAGE',
        message: 'name one lab, or use --all',
        hint: '`lab status` lists the labs that are up',
      });
    }
    const { state } = this.environment;
    const ids = flags.all
      ? allRecords(state).map(({ id }) => id)
      : [findIdOfKnown(state, args.lab ?? '', flags.instance)];
    const progress = await this.progress();
    // Cannot be interrupted: half a lab helps nobody.
    const task = taskWith(progress, new AbortController().signal);
    const down: string[] = [];
    for (const id of ids) {
      if (id === undefined) continue;
      if (await bringDown(new LabFolder(state, id), task, { wait: !flags['no-wait'] })) down.push(id);
    }
    const damaged = flags.all ? nameDamaged(state, progress) : [];
    if (down.length > 0) this.log(`down: ${down.join(', ')}`);
    else if (damaged.length === 0)
      this.log(nothingWasUp(flags.all ? [] : instancesUp(state, args.lab ?? '')));
    if (damaged.length > 0) process.exitCode = ExitCode.checkFailed;
    return { down, damaged };
  }
}

function nothingWasUp(instances: readonly string[]): string {
  if (instances.length === 0) return 'nothing was up';
  return `nothing was up; these instances are, which --instance names: ${instances.join(', ')}`;
}
