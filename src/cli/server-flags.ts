import * as Flags from '@oclif/core/flags';
import type { ServerWish } from '../definition/real-server.js';
import { UsageError } from '../errors/families.js';
import { functionsOf, machinesOn, type EswitchMode, type Lab } from '../model/lab.js';
import { confirm } from './confirm.js';

const BDF = '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]';

/** This computer, with its real SmartNIC, in the place of the machine that others run on. */
export const serverFlags = {
  server: Flags.option({
    options: ['local'] as const,
    description: 'use this computer and its NIC in place of the outer machine; to bring the lab up, be root',
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
};

/** For commands that change this computer. */
export const consentFlags = {
  yes: Flags.boolean({
    char: 'y',
    description: 'do not ask before changing this computer',
    helpGroup: 'HARDWARE',
  }),
};

/** What the flags ask of a definition; undefined without --server. */
export function serverWish(flags: {
  readonly server: 'local' | undefined;
  readonly nic: readonly string[];
  readonly eswitch: EswitchMode | undefined;
}): ServerWish | undefined {
  return flags.server === undefined ? undefined : { nics: flags.nic, eswitch: flags.eswitch };
}

/** What bringing the lab up does to this computer, a line each. */
export function intentions(lab: Lab): string[] {
  const ofPfs = (lab.server?.pfs ?? []).flatMap(({ bdf, eswitch, vfs }) => [
    ...(eswitch === null ? [] : [`set the switch of PF ${bdf} to ${eswitch}`]),
    ...(vfs.length === 0 ? [] : [`make ${vfs.length} VFs of PF ${bdf}, unless it has as many`]),
    ...(eswitch === 'switchdev' ? [`put the representors of PF ${bdf} on a bridge of their own`] : []),
  ]);
  const devices = machinesOn(lab, null)
    .flatMap(({ nics }) => nics.flatMap(functionsOf))
    .flatMap(({ backend }) => (backend?.type === 'vdpa' && backend.of !== null ? [backend.of] : []));
  return [...ofPfs, `make vDPA devices of: ${devices.join(', ')}`];
}

/** Asks the user, unless `yes`, before a lab that changes this computer is brought up. Throws if the user does not agree. */
export async function confirmServer(lab: Lab, yes: boolean): Promise<void> {
  if (lab.server === null) return;
  const lines = ['On this computer itself, outside any namespace, this will:', ...intentions(lab)];
  await confirm(lines, yes, `lab down ${lab.name}`);
}
