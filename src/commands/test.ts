import { BaseCommand, ExitCode, Flags } from '../cli/base-command.js';
import { labArgument, setFlag } from '../cli/definition-flags.js';
import { JunitFile } from '../cli/junit-file.js';
import { bootFlags, bootLimitMs, toolchainOptions, toolFlags } from '../cli/tool-flags.js';
import { confirmServer, consentFlags, serverFlags, serverWish } from '../cli/server-flags.js';
import type { TestResult } from '../results/run.js';
import { readLab } from '../definition/read-lab.js';
import { testAndTakeDown } from '../lab/test-and-take-down.js';
import { checkToTap, tapEnd, tapHead } from '../report/tap.js';

export default class Test extends BaseCommand<typeof Test> {
  static override summary = 'Prove that a lab works: run its checks and report in TAP 14.';
  static override description =
    'Brings the lab up if it is down, and takes down what it brought up. stdout contains only the report. ' +
    'Exit code: 0 all passed, 1 a check failed, 2 the definition or this computer is wrong, 3 no check ran, 130 or 143 interrupted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> quickstart --check vf-creation --keep',
    '<%= config.bin %> <%= command.id %> quickstart --set machines.guest.nics.pf0.vfs=8 --set "checks=[vf-creation]"',
    {
      description: 'Check a patch to the kernel:',
      command:
        '<%= config.bin %> <%= command.id %> quickstart --kernel arch/x86/boot/bzImage --modules /tmp/mods/lib/modules/7.3.0',
    },
  ];
  static override args = { lab: labArgument };
  static override flags = {
    ...toolFlags,
    ...bootFlags,
    ...setFlag,
    ...serverFlags,
    ...consentFlags,
    check: Flags.string({
      multiple: true,
      description: 'run only this check; may be repeated',
      default: [],
    }),
    keep: Flags.boolean({ description: 'leave the lab up' }),
    junit: Flags.string({
      description: 'also write the result as JUnit XML, however the run ends',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<TestResult> {
    const { args, flags } = await this.read(Test);
    const json = this.jsonEnabled();
    let reported = 0;
    const junit = new JunitFile(flags.junit, args.lab);
    const test = async (): Promise<TestResult> => {
      const read = readLab(args.lab, flags.set, serverWish(flags));
      await confirmServer(read.lab, flags.yes);
      return testAndTakeDown(
        read,
        {
          toolchain: toolchainOptions(flags, this.environment),
          acceleration: flags.accel,
          bootLimitMs: bootLimitMs(flags),
          only: flags.check,
          keep: flags.keep,
          onResult: (check) => {
            reported += 1;
            junit.add(check);
            if (!json)
              process.stdout.write(`${reported === 1 ? tapHead() : ''}${checkToTap(check, reported)}`);
          },
        },
        await this.task(),
      );
    };
    const result = await junit.around(test, (tested) => tested);
    if (!json) process.stdout.write(tapEnd(result));
    process.exitCode = exitCodeOf(result);
    return result;
  }
}

function exitCodeOf({ checks }: TestResult): number {
  if (checks.length === 0) return ExitCode.noCheckRan;
  return checks.every(({ ok }) => ok) ? ExitCode.passed : ExitCode.checkFailed;
}
