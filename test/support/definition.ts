import { resolveLab } from '../../src/definition/resolve.js';
import { validateDefinition } from '../../src/definition/validate.js';
import { loadDefinition } from '../../src/definition/load.js';
import type { LabFile, NicFile } from '../../src/model/lab-file.js';
import type { Lab, Machine, Nic } from '../../src/model/lab.js';
import { checkTarget } from '../../src/lab/artefacts.js';
import type { CheckTarget } from '../../src/checks/check.js';
import { formatError, toLabError } from '../../src/errors/format.js';

/** The resolved lab of a definition as it would be written, under a path that every computer agrees on. */
export function lab(written: LabFile): Lab {
  return resolveLab(written, '/labs/example/lab.yaml');
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
    validateDefinition(loadDefinition(file));
    return undefined;
  } catch (error) {
    return formatError(toLabError(error));
  }
}
