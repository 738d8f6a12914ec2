import { judgeRefusal } from '../checks/refused.js';
import type { CheckResult } from '../checks/result.js';
import { QemuEndedError, UsageError } from '../errors/families.js';
import type { Lab } from '../model/lab.js';
import { withStep } from '../model/progress.js';
import { silentTask, type Task } from '../model/task.js';
import { observeCircumstances } from './circumstances.js';
import { digestsOf, prepareLab, type PreparedLab, type PrepareOptions } from './prepare.js';
import type { ReadLab } from '../definition/read-lab.js';
import { instanceOf, wordsFor } from './record.js';
import { runHead, type TestResult } from '../results/run.js';
import { keepResult } from './keep-result.js';
import type { TestOptions } from './test-lab.js';
import { refusalReasons } from './refusal-reasons.js';
import { withLab } from './with-lab.js';

const CHECK = 'refused';

function selectRefused(lab: Lab, only: readonly string[]): void {
  const unknown = only.find((name) => name !== CHECK);
  if (unknown === undefined) return;
  throw new UsageError({
    code: 'LAB-CHECK-UNKNOWN',
    message: `lab ${lab.name} has no check \`${unknown}\``,
    hint: `QEMU must refuse this lab, so its only check is \`${CHECK}\``,
  });
}

/** QEMU's output if it exits; null if the lab comes up. Then it is taken down again, unless `keep` is set. */
async function tryToBringUp(
  prepared: PreparedLab,
  { keep, wait = true }: { readonly keep: boolean; readonly wait?: boolean },
  task: Task,
): Promise<string | null> {
  try {
    const use = { purpose: `lab test ${wordsFor(prepared.folder.id)}`, keep, wait };
    return await withLab(prepared, use, task, async () => Promise.resolve(null));
  } catch (error) {
    if (error instanceof QemuEndedError) return error.said;
    throw error;
  }
}

/**
 * Proves that QEMU refuses a lab, with QEMU's own message. Networks and arguments are made as for any other lab. Nothing stays up unless
 * QEMU accepts the lab and `keep` is set. No guest runs, so KVM is not tested.
 */
export async function testRefusal(
  read: ReadLab,
  options: PrepareOptions & TestOptions & { keep: boolean; wait?: boolean },
  task: Task,
): Promise<TestResult> {
  selectRefused(read.lab, options.only);
  const started = new Date();
  const circumstances = observeCircumstances();
  const acceleration = options.acceleration === 'auto' ? 'tcg' : options.acceleration;
  const prepared = await prepareLab(read, { ...options, acceleration }, task);
  const begun = Date.now();
  const said = await withStep(task, `Start QEMU with lab ${read.lab.name}`, async () =>
    tryToBringUp(prepared, options, silentTask(task.signal)),
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
    ...runHead('test', read.lab.name, started, instanceOf(prepared.folder.id)),
    durationMs: Date.now() - started.getTime(),
    circumstances: circumstances(
      {
        qemu: toolchain.qemu.version,
        kernel: toolchain.kernel.release,
        acceleration: { ...prepared.acceleration, reason: 'no guest needs to run' },
        images: digestsOf(images),
      },
      read.lab,
    ),
    checks: [check],
  };
  keepResult(prepared.folder, result, read);
  return result;
}
