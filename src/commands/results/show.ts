import { BaseCommand, Flags } from '../../cli/base-command.js';
import { outputWidth } from '../../cli/output-width.js';
import { testResultText, tapFlag } from '../../cli/test-output.js';
import { runArgument } from '../../cli/run-argument.js';
import { findRun } from '../../results/find.js';
import type { KeptRun } from '../../results/run.js';
import { toJunit } from '../../report/junit.js';
import { asTestResult } from '../../report/as-test-result.js';
import { benchText } from '../../report/bench-text.js';
import { writeReport } from '../../report/write-report.js';

export default class ResultsShow extends BaseCommand<typeof ResultsShow> {
  static override summary = 'Show the result of one run, as the command that made it printed it.';
  static override description = 'With --json: everything that is kept, as `lab schema result` describes it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> quickstart-20260102-030405-678 --json',
  ];
  static override args = { run: runArgument };
  static override flags = {
    ...tapFlag,
    junit: Flags.string({ description: 'also write the result as JUnit XML', helpValue: 'FILE' }),
  };

  async run(): Promise<KeptRun> {
    const { args, flags } = await this.read(ResultsShow);
    const run = findRun(this.environment.state, args.run);
    if (!this.jsonEnabled())
      process.stdout.write(
        run.kind === 'bench' ? benchText(run, outputWidth()) : testResultText(run, flags.tap),
      );
    if (flags.junit !== undefined) writeReport(flags.junit, toJunit(asTestResult(run)));
    return run;
  }
}
