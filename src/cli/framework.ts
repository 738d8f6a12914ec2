// The parts of @oclif/core that start a command, loaded by themselves: the package's index loads all of it.
export { handle } from '@oclif/core/handle';
export { flush } from '@oclif/core/flush';
export { run } from '@oclif/core/run';
export { settings } from '@oclif/core/settings';
