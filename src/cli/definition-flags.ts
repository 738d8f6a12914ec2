import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';

/** LAB: the lab that a command works on. */
export const labArgument = Args.string({
  ignoreStdin: true,
  name: 'lab',
  description: 'a folder with a lab.yaml, a definition file, or the name of a shipped lab',
  required: true,
});

/** `--set`: changes to the definition, for every command that reads one. */
export const setFlag = {
  set: Flags.string({
    multiple: true,
    // Otherwise the flag would also take the LAB that follows.
    multipleNonGreedy: true,
    default: [],
    description:
      'change the definition before it is used; may be repeated. PATH consists of keys, names and list positions (from 0), ' +
      'separated by dots. VALUE is YAML; null removes the key',
    helpValue: 'PATH=VALUE',
  }),
};
