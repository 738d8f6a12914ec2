import * as Args from '@oclif/core/args';

/** RUN: what `lab results` lists. */
export const runArgument = Args.string({
  ignoreStdin: true,
  description:
    'a run from `lab results` or the beginning of its name, a lab’s name (its newest run), or a file written with --json',
  required: true,
});
