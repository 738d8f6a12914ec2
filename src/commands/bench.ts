import type { BenchResult } from '../results/run.js';
import { parseExpectation } from '../bench/expectation.js';
import { BaseCommand, ExitCode } from '../cli/base-command.js';
import { benchFlags, benchSettings } from '../cli/bench-flags.js';
import { instanceFlag, newInstance, noWaitFlag } from '../cli/instance-flags.js';
import { JunitFile } from '../cli/junit-file.js';
import { outputWidth } from '../cli/output-width.js';
import { labArgument, setFlag } from '../cli/definition-flags.js';
import { bootFlags, bootLimitMs, toolchainOptions, toolFlags } from '../cli/tool-flags.js';
import { benchAndTakeDown } from '../lab/bench-and-take-down.js';
import { describeBench, type BenchDescription } from '../lab/describe-bench.js';
import { labWords } from '../model/instance.js';
import { readLab } from '../definition/read-lab.js';
import { asTestResult } from '../report/as-test-result.js';
import { benchText } from '../report/bench-text.js';

export default class Bench extends BaseCommand<typeof Bench> {
  static override summary =
    'Compare a container on a VF with one behind software networking: throughput and latency.';
  static override description =
    'Brings the lab up if it is down, and takes down what it brought up. Measures both sides alternately and prints medians, ' +
    'spread, and the ratio with its confidence interval. Refuses a result if packets did not take the intended path, or if too ' +
    'many were lost. Exit code: 0 there is a result, 1 it was refused or an expectation is not met, 2 the definition or this ' +
    'computer is wrong, 3 a machine did not come up, 130 or 143 interrupted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> offload-tap --quick',
    '<%= config.bin %> <%= command.id %> offload-tap --runs 10 --seconds 5',
    "<%= config.bin %> <%= command.id %> offload-tap --expect 'throughput>=2' --expect 'latency<=-100us'",
    '<%= config.bin %> <%= command.id %> offload-tap --tool iperf3 --only tcp-stream',
    '<%= config.bin %> <%= command.id %> offload-tap --dry-run',
  ];
  static override args = { lab: labArgument };
  static override flags = {
    ...toolFlags,
    ...bootFlags,
    ...setFlag,
    ...instanceFlag,
    ...noWaitFlag,
    ...benchFlags,
  };

  async run(): Promise<BenchResult | BenchDescription> {
    const { args, flags } = await this.read(Bench);
    const expectations = flags.expect.map(parseExpectation);
    const settings = benchSettings(flags);
    if (flags['dry-run']) {
      const description = describeBench(readLab(args.lab, flags.set).lab, flags.only, settings);
      for (const line of description.lines) this.log(line);
      return description;
    }
    const instance = newInstance(flags);
    const bench = async (): Promise<BenchResult> =>
      benchAndTakeDown(
        readLab(args.lab, flags.set),
        {
          toolchain: toolchainOptions(flags, this.environment),
          acceleration: flags.accel,
          bootLimitMs: bootLimitMs(flags),
          instance,
          wait: !flags['no-wait'],
          only: flags.only,
          keep: flags.keep,
          settings,
          expectations,
        },
        await this.task(labWords(args.lab, instance)),
      );
    const result = await new JunitFile(flags.junit, args.lab).around(bench, asTestResult);
    if (!this.jsonEnabled()) process.stdout.write(benchText(result, outputWidth()));
    process.exitCode = result.ok ? ExitCode.passed : ExitCode.checkFailed;
    return result;
  }
}
