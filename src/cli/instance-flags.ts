import * as Flags from '@oclif/core/flags';
import { UsageError } from '../errors/families.js';
import { isInstanceName, isThrowAway } from '../model/instance.js';

/** `--instance`: several of one lab side by side. */
export const instanceFlag = {
  instance: Flags.string({
    description: 'the instance of the lab with this name: several of one lab can be up side by side',
    env: 'LAB_INSTANCE',
    helpValue: 'NAME',
    parse: async (text) => {
      if (isInstanceName(text)) return Promise.resolve(text);
      throw new UsageError({
        code: 'LAB-USAGE',
        message: `\`${text}\` is not the name of an instance`,
        hint: 'use up to 32 lowercase letters, digits and dashes, without a dash at either end: --instance two',
      });
    },
  }),
};

/** `--no-wait`, for commands that change a lab. */
export const noWaitFlag = {
  'no-wait': Flags.boolean({
    description: 'fail at once if another command is using the lab, instead of waiting for it',
  }),
};

/** The instance that the flags name, for a command that may make it. Throws UsageError for a name that commands give themselves. */
export function newInstance({ instance }: { readonly instance: string | undefined }): string | null {
  if (instance === undefined || !isThrowAway(instance)) return instance ?? null;
  throw new UsageError({
    code: 'LAB-USAGE',
    message: `\`${instance}\` may be the name of an instance that a command makes for itself`,
    hint: 'choose a name that does not begin with `tmp-`',
  });
}
