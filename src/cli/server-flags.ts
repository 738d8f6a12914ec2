import * as Flags from '@oclif/core/flags';
import { UsageError } from '../errors/families.js';
import { intentions, realServer, type RealServer } from '../lab/real-server.js';
import type { Lab } from '../model/lab.js';
import type { EswitchMode } from '../render/functions-view.js';
import { confirm } from './confirm.js';

const BDF = '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]';

/** This computer, with its real SmartNIC, in the place of the machine that others run on. */
export const serverFlags = {
  server: Flags.option({
    options: ['local'] as const,
    description: 'use this computer and its NIC in place of the outer machine; needs root',
    dependsOn: ['nic'],
    helpGroup: 'HARDWARE',
  })(),
  nic: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    default: [],
    description: 'the PF to use for a NIC of that machine; NIC= is optional if only one is used',
    helpValue: '[NIC=]BDF',
    helpGroup: 'HARDWARE',
    parse: async (text) => {
      if (new RegExp(`^([a-z][a-z0-9-]*=)?${BDF}$`).test(text)) return Promise.resolve(text);
      throw new UsageError({
        code: 'LAB-USAGE',
        message: `\`${text}\` is not a PCI function`,
        hint: 'write domain:bus:device.function, as `lspci -D` does: --nic 0000:5e:00.0',
      });
    },
  }),
  eswitch: Flags.option({
    options: ['legacy', 'switchdev'] as const,
    description: 'the mode of the NIC’s own L2 switch; by default it stays as it is',
    helpGroup: 'HARDWARE',
  })(),
  yes: Flags.boolean({
    char: 'y',
    description: 'do not ask before changing this computer',
    helpGroup: 'HARDWARE',
  }),
};

/** What this computer is to stand for, after the user has agreed to what is done to it; undefined without --server. */
export async function chosenServer(
  lab: Lab,
  flags: {
    server: 'local' | undefined;
    nic: readonly string[];
    eswitch: EswitchMode | undefined;
    yes: boolean;
  },
): Promise<RealServer | undefined> {
  if (flags.server === undefined) return undefined;
  const server = realServer(lab, flags.nic, flags.eswitch);
  await confirm(
    ['On this computer itself, outside any namespace, this will:', ...intentions(lab, server)],
    flags.yes,
  );
  return server;
}
