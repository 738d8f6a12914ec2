import { Command } from '@oclif/core/command';
import * as Errors from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import type * as Interfaces from '@oclif/core/interfaces';
import { toLabError } from '../errors/format.js';
import { ExitCode } from '../errors/lab-error.js';
import { printable } from '../errors/printable.js';
import type { Environment } from '../model/environment.js';
import type { Progress } from '../model/progress.js';
import { taskWith, type Task } from '../model/task.js';
import { readEnvironment } from './environment.js';
import { interruptSignal } from './interrupts.js';
import { table } from '../report/table.js';
import { makeProgress } from './make-progress.js';
import { outputWidth } from './output-width.js';
import { reportError, writeJson } from './report-error.js';
import { usageError } from './usage-error.js';

type CommonFlags<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof BaseCommand)['baseFlags'] & T['flags']
>;

/** The base of every command: `--json`, progress on stderr, and errors in one form. */
export abstract class BaseCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {};

  /** The number of words before a command line that is passed on to another program; undefined for a command that passes none on. */
  protected readonly passesOn: number | undefined = undefined;

  #environment: Environment | undefined;

  /** What the environment says, for those that work from it. Throws as readEnvironment does. */
  protected get environment(): Environment {
    this.#environment ??= readEnvironment();
    return this.#environment;
  }

  /** Reads arguments and flags with their types. */
  protected async read(
    command: T,
  ): Promise<{ args: Interfaces.InferredArgs<T['args']>; flags: CommonFlags<T>; argv: string[] }> {
    const parsed = await this.parse({
      flags: command.flags,
      baseFlags: BaseCommand.baseFlags,
      args: command.args,
      strict: command.strict,
      enableJsonFlag: true,
    });
    return parsed as never;
  }

  /** Prints a line of text with nothing in it that a terminal would obey. */
  override log(message = ''): void {
    super.log(printable(message));
  }

  /** Prints JSON that is as safe to look at. */
  override logJson(json: unknown): void {
    writeJson(json);
  }

  protected async progress(): Promise<Progress> {
    return makeProgress();
  }

  /** The task for long work, on the lab of this name if any: shows steps on stderr, and is aborted by the first SIGINT or SIGTERM. */
  protected async task(lab?: string): Promise<Task> {
    return taskWith(await this.progress(), interruptSignal(lab));
  }

  /** Prints rows as a table that fits the terminal. */
  protected logTable(rows: readonly (readonly string[])[]): void {
    for (const line of table(rows, outputWidth())) this.log(line);
  }

  protected override async catch(thrown: Error & { exitCode?: number }): Promise<never> {
    if (thrown instanceof Errors.ExitError) throw thrown;
    const error =
      thrown instanceof Errors.CLIError
        ? usageError(thrown, { id: this.id ?? '', argv: this.argv, passesOn: this.passesOn })
        : toLabError(thrown);
    reportError(error, this.jsonEnabled());
    return Promise.resolve(this.exit(error.exitCode));
  }
}

export { ExitCode, Flags };
