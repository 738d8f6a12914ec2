import { draftOf } from '../../src/definition/draft-of.js';
import type { Draft } from '../../src/definition/draft.js';
import { labFromDefinition } from '../../src/definition/lab-from-definition.js';
import { loadDefinition } from '../../src/definition/load.js';
import { resolveLab } from '../../src/definition/resolve.js';
import { labShape, type LabFile } from '../../src/definition/shape.js';
import type { NicFile } from '../../src/definition/shape-nic.js';
import type { Lab, Machine, Nic } from '../../src/model/lab.js';
import { checkTarget } from '../../src/lab/check-target.js';
import type { CheckTarget } from '../../src/checks/check.js';
import { formatError, toLabError } from '../../src/errors/format.js';

const FILE = '/labs/example/lab.yaml';

/** The draft of a definition as it would be written, which no rule has looked at. */
export function draft(written: LabFile, file = FILE): Draft {
  return draftOf(labShape.parse(written), file);
}

/** The resolved lab of a definition as it would be written, under a path that every computer agrees on. No rule looks at it. */
export function lab(written: LabFile, file = FILE): Lab {
  return resolveLab(draft(written, file));
}

/** A lab with one network, one peer and one machine that has this NIC, named pf0. */
export function labWithNic(nic: Partial<NicFile> = {}, checks: LabFile['checks'] = []): Lab {
  return lab({
    networks: { lan: { subnet: '10.0.0.0/16' } },
    peers: { server: { network: 'lan', address: '10.0.0.1' } },
    machines: { guest: { nics: { pf0: { backend: { tap: 'lan' }, ...nic } } } },
    checks,
  });
}

export function onlyMachine(of: Lab): Machine {
  const [machine] = of.machines;
  if (machine === undefined) throw new Error('the lab has no machine');
  return machine;
}

export function onlyNic(of: Lab): Nic {
  const [nic] = onlyMachine(of).nics;
  if (nic === undefined) throw new Error('the machine has no NIC');
  return nic;
}

/** What the first check of the lab looks at. */
export function firstTarget(of: Lab): CheckTarget {
  const [request] = of.checks;
  if (request === undefined) throw new Error('the lab has no check');
  return checkTarget(of, request);
}

/** What a user reads about a definition; `undefined` when nothing is wrong with it. */
export function complaintAbout(file: string): string | undefined {
  try {
    labFromDefinition(loadDefinition(file), { file });
    return undefined;
  } catch (error) {
    return formatError(toLabError(error));
  }
}
