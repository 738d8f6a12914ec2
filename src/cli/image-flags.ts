import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

/** IMAGE: the image that a command works on. */
export const imageArgument = Args.string({
  ignoreStdin: true,
  name: 'image',
  description: 'an image that comes with lab or, with --lab, one that the lab’s machines boot',
  required: true,
});

export const imageFlags = {
  lab: Flags.string({ description: 'the lab that defines the image', helpValue: 'LAB' }),
};
