import * as Args from '@oclif/core/args';

/** RUN: what `lab results` lists. */
export const runArgument = Args.string({
  ignoreStdin: true,
  description:
    'a run of `lab results` or the beginning of its name, a lab’s name for its newest run, or a file that --json has written',
  required: true,
});
