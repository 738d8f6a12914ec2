import { StateError } from '../errors/families.js';

/** The error for a machine that would have to do something, and stands still. */
export function pausedError(machine: string, lab: string): StateError {
  return new StateError({
    code: 'LAB-MACHINE-PAUSED',
    message: `machine ${machine} of lab ${lab} is paused`,
    hint: `let it go on: lab resume ${lab} ${machine}`,
  });
}
