import { UsageError } from '../errors/families.js';
import type { EswitchMode } from '../model/lab.js';
import type { Draft, DraftMachine, DraftServer } from './draft.js';
import { machinesOn, vdpaUses, vfsOf } from './relations.js';

/** What `--server local` asks for. */
export interface ServerWish {
  /** A PF of this computer each: `BDF`, or `NIC=BDF` if several NICs of the machine serve. */
  readonly nics: readonly string[];
  /** Undefined: the switch stays as it is. */
  readonly eswitch: EswitchMode | undefined;
}

function wrong(message: string, hint: string): UsageError {
  return new UsageError({ code: 'LAB-SERVER', message, hint });
}

/** The one machine of a lab that runs machines and runs on this computer itself. */
function serverOf(draft: Draft): DraftMachine {
  const servers = machinesOn(draft, null).filter(({ name }) => machinesOn(draft, name).length > 0);
  const [machine] = servers;
  if (machine !== undefined && servers.length === 1) return machine;
  throw wrong(
    `lab ${draft.name} has ${servers.length} machines that others run on, but this computer can stand for only one`,
    'choose a lab with one such machine, such as labs/vdpa',
  );
}

/** The PFs in place of the NICs of a machine that vDPA devices are made of. */
function pfsFor(draft: Draft, machine: DraftMachine, { nics, eswitch }: ServerWish): DraftServer['pfs'] {
  const uses = vdpaUses(draft).flatMap(({ outer, of }) =>
    outer === machine.name && of !== null ? [of] : [],
  );
  const serving = [...new Set(uses.map((of) => of.split('.')[0] ?? of))];
  const named = new Map(
    nics.map((text) => {
      const [name = '', bdf = ''] = text.includes('=') ? text.split('=', 2) : [serving[0], text];
      return [name, bdf] as const;
    }),
  );
  const fits = serving.every((name) => named.has(name)) && named.size === serving.length;
  if (!fits || named.size !== nics.length) {
    throw wrong(
      `--nic must name a PF of this computer for each of: ${serving.join(', ') || 'no NIC'}`,
      `write ${serving.map((name) => `--nic ${name}=0000:5e:00.0`).join(' ') || 'a lab with vDPA backends'}`,
    );
  }
  return [...named].map(([name, bdf]) => {
    const vfs = machine.nics.filter((nic) => nic.name === name).flatMap(vfsOf);
    return { nic: name, bdf, eswitch: eswitch ?? null, vfs: vfs.map((vf) => vf.name) };
  });
}

/** A tap inside the server would be on a bridge of this computer, and no bridge is made there. */
function assertNoTaps(draft: Draft, server: string): void {
  const here = draft.machines.filter(({ name, on }) => name !== server && (on === null || on === server));
  const onTap = here.find(({ nics }) =>
    nics.some(({ functions }) => functions.some(({ backend }) => backend?.type === 'tap')),
  );
  if (onTap === undefined) return;
  throw wrong(
    `machine ${onTap.name} has a tap, but no bridge is made on this computer for it`,
    'give its functions vDPA backends, or leave --server out',
  );
}

/**
 * The definition with this computer, and its real PFs, in place of the machine that others run on. Throws UsageError if there is no
 * such machine, if the PFs do not fit its NICs, or if a machine inside uses a tap.
 */
export function inPlaceOf(draft: Draft, wish: ServerWish): Draft {
  if (draft.kubernetes !== null)
    throw wrong(
      `the cluster of lab ${draft.name} needs a peer, and a lab on real hardware has none`,
      'choose a lab without `kubernetes`, such as labs/vdpa, or leave --server out',
    );
  const machine = serverOf(draft);
  const pfs = pfsFor(draft, machine, wish);
  assertNoTaps(draft, machine.name);
  return { ...draft, server: { name: machine.name, pfs } };
}
