import { judgeRefusal } from '../checks/refused.js';
import type { CheckResult } from '../checks/result.js';
import { QemuEndedError, UsageError } from '../errors/families.js';
import type { Lab } from '../model/lab.js';
import { silentProgress, withStep } from '../model/progress.js';
import { bringUp } from './bring-up.js';
import { observeCircumstances } from './circumstances.js';
import { digestsOf, prepareLab, type BringUpOptions, type PreparedLab } from './prepare.js';
import type { ReadLab } from '../definition/read-lab.js';
import { labId, LabFolder } from './record.js';
import { runHead, type TestResult } from '../results/run.js';
import { keepResult } from './keep-result.js';
import { bringDown } from './take-down.js';
import type { TestOptions } from './test-lab.js';
import { refusalReasons } from './refusal-reasons.js';

const CHECK = 'refused';

function selectRefused(lab: Lab, only: readonly string[]): void {
  const unknown = only.find((name) => name !== CHECK);
  if (unknown === undefined) return;
  throw new UsageError({
    code: 'LAB-CHECK-UNKNOWN',
    message: `lab ${lab.name} has no check \`${unknown}\``,
    hint: `QEMU must refuse this lab, so its one check is \`${CHECK}\``,
  });
}

/** What QEMU said when it ended; null when it came up, which is taken away again unless `keep`. */
async function tryToBringUp(
  prepared: PreparedLab,
  options: BringUpOptions & { keep: boolean },
): Promise<string | null> {
  try {
    const { running } = await bringUp(prepared, options);
    if (!options.keep) await bringDown(running.record.id, options.progress);
    return null;
  } catch (error) {
    if (error instanceof QemuEndedError) return error.said;
    throw error;
  }
}

/**
 * Proves that QEMU refuses a lab, with QEMU's own message: the same networks and the same arguments as for any other lab.
 * Nothing stays up, unless QEMU accepts it and `keep` is set. No guest runs, so KVM is not asked for.
 */
export async function testRefusal(
  read: ReadLab,
  options: BringUpOptions & TestOptions & { keep: boolean },
): Promise<TestResult> {
  selectRefused(read.lab, options.only);
  const started = new Date();
  const circumstances = observeCircumstances();
  const acceleration = options.acceleration === 'auto' ? 'tcg' : options.acceleration;
  const prepared = await prepareLab(read, { ...options, acceleration });
  const begun = Date.now();
  const said = await withStep(options.progress, `Give lab ${read.lab.name} to QEMU`, async () =>
    tryToBringUp(prepared, { ...options, progress: silentProgress }),
  );
  const { assertions, remarks } = judgeRefusal({ said, reasons: refusalReasons(read.lab) });
  const check: CheckResult = {
    title: CHECK,
    check: CHECK,
    machine: '',
    nic: '',
    ok: assertions.every(({ ok }) => ok),
    assertions,
    remarks,
    durationMs: Date.now() - begun,
  };
  options.onResult(check);
  const { toolchain, images } = prepared;
  const result: TestResult = {
    ...runHead('test', read.lab.name, started),
    durationMs: Date.now() - started.getTime(),
    circumstances: circumstances(
      {
        qemu: toolchain.qemu.version,
        kernel: toolchain.kernel.release,
        acceleration: { ...prepared.acceleration, reason: 'no guest has to run' },
        images: digestsOf(images),
      },
      read.lab,
    ),
    checks: [check],
  };
  keepResult(new LabFolder(labId(read.lab.name, read.file)), result, read);
  return result;
}
