import type { CheckResult } from '../checks/result.js';
import { BaseCommand, ExitCode, Flags } from '../cli/base-command.js';
import { labArgument, setFlag } from '../cli/definition-flags.js';
import { instanceFlag, newInstance, noWaitFlag } from '../cli/instance-flags.js';
import { JunitFile } from '../cli/junit-file.js';
import { bootFlags, bootLimitMs, toolchainOptions, toolFlags } from '../cli/tool-flags.js';
import { confirmServer, consentFlags, serverFlags, serverWish } from '../cli/server-flags.js';
import { tapFlag, withTestOutput } from '../cli/test-output.js';
import { labWords } from '../model/instance.js';
import type { TestResult } from '../results/run.js';
import { readLab } from '../definition/read-lab.js';
import { testAndTakeDown } from '../lab/test-and-take-down.js';

export default class Test extends BaseCommand<typeof Test> {
  static override summary = 'Prove that a lab works: run its checks and report what they found.';
  static override description =
    'Brings the lab up if it is down, and takes down what it brought up. stdout contains only the report: TAP 14, or on a terminal ' +
    'a summary for people. ' +
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
    ...instanceFlag,
    ...noWaitFlag,
    check: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'run only this check; may be repeated',
      default: [],
    }),
    ...tapFlag,
    keep: Flags.boolean({ description: 'leave the lab up' }),
    junit: Flags.string({
      description: 'also write the result as JUnit XML, however the run ends',
      helpValue: 'FILE',
    }),
  };

  async run(): Promise<TestResult> {
    const { args, flags } = await this.read(Test);
    const junit = new JunitFile(flags.junit, args.lab);
    const test = async (): Promise<TestResult> => {
      const read = readLab(args.lab, flags.set, serverWish(flags));
      await confirmServer(read.lab, flags.yes);
      const options = {
        toolchain: toolchainOptions(flags, this.environment),
        acceleration: flags.accel,
        bootLimitMs: bootLimitMs(flags),
        instance: newInstance(flags),
        wait: !flags['no-wait'],
        only: flags.check,
        keep: flags.keep,
      };
      const task = await this.task(labWords(args.lab, options.instance));
      const wishes = { json: this.jsonEnabled(), tap: flags.tap };
      return withTestOutput(read.lab.name, wishes, async (show) => {
        const onResult = (check: CheckResult): void => {
          junit.add(check);
          show(check);
        };
        return testAndTakeDown(read, { ...options, onResult }, task);
      });
    };
    const result = await junit.around(test, (tested) => tested);
    process.exitCode = exitCodeOf(result);
    return result;
  }
}

function exitCodeOf({ checks }: TestResult): number {
  if (checks.length === 0) return ExitCode.noCheckRan;
  return checks.every(({ ok }) => ok) ? ExitCode.passed : ExitCode.checkFailed;
}
