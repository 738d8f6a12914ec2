import { Command } from '@oclif/core/command';
import * as Errors from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import type * as Interfaces from '@oclif/core/interfaces';
import { errorToJson, formatError, toLabError } from '../errors/format.js';
import { printable, printableJson } from '../errors/printable.js';
import { ExitCode, LabError } from '../errors/lab-error.js';
import type { Environment } from '../model/environment.js';
import type { Progress } from '../model/progress.js';
import { taskWith, type Task } from '../model/task.js';
import { interruptSignal } from './interrupts.js';
import { readEnvironment } from './environment.js';
import { makeProgress } from './make-progress.js';

type CommonFlags<T extends typeof Command> = Interfaces.InferredFlags<
  (typeof BaseCommand)['baseFlags'] & T['flags']
>;

/** The base of every command: `--json`, progress on stderr, and errors in one form. */
export abstract class BaseCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {};

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
    process.stdout.write(`${printableJson(JSON.stringify(json, undefined, 2))}\n`);
  }

  protected async progress(): Promise<Progress> {
    return makeProgress();
  }

  /** The task for long work: shows steps on stderr, and is aborted by the first SIGINT or SIGTERM. */
  protected async task(): Promise<Task> {
    return taskWith(await this.progress(), interruptSignal());
  }

  protected override async catch(thrown: Error & { exitCode?: number }): Promise<never> {
    if (thrown instanceof Errors.ExitError) throw thrown;
    const error = isUsageProblem(thrown) ? usageError(thrown, this.id) : toLabError(thrown);
    if (this.jsonEnabled()) this.logJson(errorToJson(error));
    else process.stderr.write(`${formatError(error)}\n`);
    if (process.env['DEBUG'] === 'lab' && thrown.stack !== undefined)
      process.stderr.write(`${thrown.stack}\n`);
    return Promise.resolve(this.exit(error.exitCode));
  }
}

/** Whether it is one of oclif's errors about flags and arguments. */
function isUsageProblem(thrown: Error): boolean {
  return thrown instanceof Errors.CLIError;
}

function usageError(thrown: Error, command: string | undefined): LabError {
  const message = thrown.message.replace(/\n*See more help with --help\n*$/, '').trim();
  return new LabError(
    { code: 'LAB-USAGE', message, hint: `see lab help ${command?.replaceAll(':', ' ') ?? ''}`.trim() },
    {},
  );
}

export { ExitCode, Flags };
