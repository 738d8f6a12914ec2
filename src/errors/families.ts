import { ExitCode, LabError, type Problem } from './lab-error.js';

/** The lab file is wrong: its shape, a rule, or that it cannot be read. */
export class DefinitionError extends LabError {
  override readonly name = 'DefinitionError';
}

/** The command was called with words that do not make sense together. */
export class UsageError extends LabError {
  override readonly name = 'UsageError';
}

/** Something that this computer lacks or forbids. */
export class EnvironmentError extends LabError {
  override readonly name = 'EnvironmentError';
}

/** QEMU, a kernel or another tool could not be found, provisioned or used. */
export class ToolchainError extends LabError {
  override readonly name = 'ToolchainError';
}

/** The state folder says something that stands in the way: another command holds the lab, or it is not up. */
export class StateError extends LabError {
  override readonly name = 'StateError';
}

/** A machine did not come up, went away or does not answer; so no check could run on it. */
export class MachineError extends LabError {
  override readonly name: string = 'MachineError';
  override readonly exitCode = ExitCode.noCheckRan;
}

/** QEMU ended before its guest was up. */
export class QemuEndedError extends MachineError {
  override readonly name = 'QemuEndedError';

  constructor(
    problem: Problem,
    /** All that it wrote. */
    readonly said: string,
    options: { cause?: unknown },
  ) {
    super(problem, options);
  }
}

/** A command that a person has limited took longer. */
export class OvertimeError extends LabError {
  override readonly name = 'OvertimeError';
  override readonly exitCode = ExitCode.timedOut;
}

/** The user (SIGINT) or the system (SIGTERM) asked to stop. */
export class InterruptedError extends LabError {
  override readonly name = 'InterruptedError';
  override readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super({
      code: 'LAB-INTERRUPTED',
      message: `stopped by ${signal}`,
      hint: 'everything that had begun was undone; run the command again',
    });
    this.exitCode = signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
  }
}
