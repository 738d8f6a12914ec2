import { catalog, checkNames, isCheckName, type CheckName } from './catalog.js';
import type { Check } from './check.js';

const checks = Object.fromEntries(
  await Promise.all(checkNames.map(async (name) => [name, (await catalog[name].load()).check] as const)),
) as Readonly<Record<CheckName, Check>>;

/** The half of a check that runs. Throws Error for an unknown name, which only a lab of another version of lab can contain. */
export function findCheck(name: string): Check {
  if (!isCheckName(name)) throw new Error(`this version of lab has no check ${name}`);
  return checks[name];
}
