import { BaseCommand, Flags } from '../cli/base-command.js';
import * as Args from '@oclif/core/args';
import { UsageError } from '../errors/families.js';
import { findRecordOfKnown } from '../lab/find-record.js';
import { allRecords, LabFolder } from '../lab/record.js';
import { bringDown } from '../lab/take-down.js';
import { taskWith } from '../model/task.js';

interface DownResult {
  readonly down: readonly string[];
}

export default class Down extends BaseCommand<typeof Down> {
  static override aliases = ['destroy', 'stop'];
  static override summary =
    'Take a lab down: end its machines, and remove its networks, namespaces and files.';
  static override description =
    'Works from what was recorded when the lab came up, even if the definition has changed or is gone. ' +
    'The logs stay until the lab comes up again. It is not an error if the lab is not up.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> --all',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'the lab, as it was named for `up`, or its id' }),
  };
  static override flags = { all: Flags.boolean({ description: 'every lab of this user', default: false }) };

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
    const records = flags.all ? allRecords(state) : [findRecordOfKnown(state, args.lab ?? '')];
    // Cannot be interrupted: half a lab helps nobody.
    const task = taskWith(await this.progress(), new AbortController().signal);
    const down: string[] = [];
    for (const record of records) {
      if (record === undefined) continue;
      if (await bringDown(new LabFolder(state, record.id), task)) down.push(record.id);
    }
    this.log(down.length === 0 ? 'nothing was up' : `down: ${down.join(', ')}`);
    return { down };
  }
}
