import * as Args from '@oclif/core/args';
import { BaseCommand, Flags } from '../../cli/base-command.js';
import { instanceFlag } from '../../cli/instance-flags.js';
import { durationFlag } from '../../cli/duration-flag.js';
import { storedRuns } from '../../results/find.js';
import { pruneRuns } from '../../results/prune.js';
import { runSummary, type RunSummary } from '../../results/outcome.js';

interface ResultsResult {
  /** The newest first; with `--prune`, the runs that were removed. */
  readonly runs: readonly RunSummary[];
  readonly removed: boolean;
}

export default class Results extends BaseCommand<typeof Results> {
  static override summary = 'List the results of `lab test` and `lab bench`.';
  static override description =
    'The newest first. --prune removes old results: those that none of the given limits keeps.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> quickstart --json',
    '<%= config.bin %> <%= command.id %> --prune --keep 10',
    '<%= config.bin %> <%= command.id %> quickstart --prune --older-than 30d --keep 3',
  ];
  static override args = {
    lab: Args.string({ ignoreStdin: true, description: 'only runs of the lab with this name' }),
  };
  static override flags = {
    ...instanceFlag,
    prune: Flags.boolean({ description: 'remove results' }),
    keep: Flags.integer({
      description: 'with --prune: keep the newest N of each lab',
      helpValue: 'N',
      min: 0,
      dependsOn: ['prune'],
    }),
    'older-than': durationFlag(
      { unit: 'd', min: 0 },
      {
        description: 'with --prune: keep what is not older than this, such as 30d or 12h',
        dependsOn: ['prune'],
      },
    ),
  };

  async run(): Promise<ResultsResult> {
    const { args, flags } = await this.read(Results);
    if (flags.prune) {
      const gone = pruneRuns(
        this.environment.state,
        args.lab,
        {
          keep: flags.keep,
          olderThanDays: flags['older-than'],
        },
        flags.instance,
      );
      for (const { run } of gone) this.log(`removed ${run.id}`);
      if (gone.length === 0) this.log('nothing to remove');
      return { runs: gone.map(({ run }) => runSummary(run)), removed: true };
    }
    const { runs, unreadable } = storedRuns(this.environment.state, args.lab, flags.instance);
    const progress = await this.progress();
    for (const { problem } of unreadable) progress.warn(problem);
    const summaries = runs.map(({ run }) => runSummary(run));
    if (summaries.length === 0) this.log('no results yet: run `lab test` or `lab bench`');
    else this.#show(summaries);
    return { runs: summaries, removed: false };
  }

  #show(summaries: readonly RunSummary[]): void {
    const rows = summaries.map(({ id, kind, startedAt, accelerator, outcome }) => [
      id,
      kind,
      startedAt.slice(0, 16).replace('T', ' '),
      accelerator.toUpperCase(),
      outcome,
    ]);
    this.logTable([['RUN', 'KIND', 'STARTED (UTC)', 'UNDER', 'OUTCOME'], ...rows]);
  }
}
