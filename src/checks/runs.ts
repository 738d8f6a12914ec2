import { catalog, checkNames, isCheckName, type CheckName } from './catalog.js';
import type { Check } from './check.js';

const checks = Object.fromEntries(
  await Promise.all(checkNames.map(async (name) => [name, (await catalog[name].load()).check] as const)),
) as Readonly<Record<CheckName, Check>>;

/** The half of a check that runs. Throws for a name that no check has: the lab was made by another version of lab. */
export function findCheck(name: string): Check {
  if (!isCheckName(name)) throw new Error(`this version of lab has no check ${name}`);
  return checks[name];
}
