import * as Args from '@oclif/core/args';

/** LAB [MACHINE], for commands about the machines of a lab that is up. */
export const machineArguments = {
  lab: Args.string({ ignoreStdin: true, description: 'a lab that is up', required: true }),
  machine: Args.string({ ignoreStdin: true, description: 'only this machine; otherwise all of the lab' }),
};
