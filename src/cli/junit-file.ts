import type { CheckResult } from '../checks/result.js';
import { formatError, toLabError } from '../errors/format.js';
import type { LabError } from '../errors/lab-error.js';
import { toJunit } from '../report/junit.js';
import { requireWritable, writeReport } from '../report/write-report.js';
import type { TestResult } from '../results/run.js';

/**
 * The file that `--junit` names: it is written however the run ends, with what ran until then. Only SIGKILL keeps it from that.
 */
export class JunitFile {
  readonly #started = Date.now();
  readonly #checks: CheckResult[] = [];
  readonly #atExit = (): void => {
    this.#writeUnfinished(undefined);
  };

  /** `file`: undefined if no file is wanted. Throws EnvironmentError if it cannot be written. */
  constructor(
    private readonly file: string | undefined,
    private readonly lab: string,
  ) {
    if (file === undefined) return;
    requireWritable(file);
    process.once('exit', this.#atExit);
  }

  /** Runs `work`, which tells the file of each check by `add`, and writes what it returns, or why it returned nothing. */
  async around<T>(work: () => Promise<T>, asTest: (result: T) => TestResult): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.#writeUnfinished(toLabError(error));
      throw error;
    } finally {
      process.off('exit', this.#atExit);
    }
    if (this.file !== undefined) writeReport(this.file, toJunit(asTest(result)));
    return result;
  }

  add(check: CheckResult): void {
    this.#checks.push(check);
  }

  /** `error`: undefined if nobody has told why the run ended. */
  #writeUnfinished(error: LabError | undefined): void {
    if (this.file === undefined) return;
    const why = error ?? 'the command ended at once';
    const run = { lab: this.lab, durationMs: Date.now() - this.#started, checks: this.#checks };
    try {
      writeReport(this.file, toJunit(run, why));
    } catch (unwritten) {
      // The reason why the run ended is the one that is thrown.
      process.stderr.write(`${formatError(toLabError(unwritten))}\n`);
    }
  }
}
