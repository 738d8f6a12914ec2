// The parts of @oclif/core that start a command, imported one by one, because the package's index would load everything.
export { handle } from '@oclif/core/handle';
export { flush } from '@oclif/core/flush';
export { run } from '@oclif/core/run';
export { settings } from '@oclif/core/settings';
