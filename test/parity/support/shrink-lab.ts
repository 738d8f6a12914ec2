import type { LabFile } from '../../../src/definition/shape.js';

/** Takes away from a failing lab whatever it fails without, one key or list entry at a time. */
export async function shrinkLab(
  failing: LabFile,
  stillFails: (lab: LabFile) => Promise<boolean>,
): Promise<LabFile> {
  for (const candidate of smaller(failing.machines)) {
    const lab = { ...failing, machines: candidate as LabFile['machines'] };
    // What is left may be no lab at all; then it was not that which failed.
    if (await stillFails(lab).catch(() => false)) return shrinkLab(lab, stillFails);
  }
  return failing;
}

function* smaller(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    for (const index of list.keys()) yield list.filter((_, other) => other !== index);
    for (const [index, part] of list.entries()) {
      for (const less of smaller(part)) yield list.map((other, place) => (place === index ? less : other));
    }
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value) as readonly (readonly [string, unknown])[];
    for (const [key] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== key));
    for (const [key, part] of entries) {
      for (const less of smaller(part)) {
        yield Object.fromEntries(entries.map(([other, kept]) => [other, other === key ? less : kept]));
      }
    }
  } else if (typeof value === 'number' && value > 1 && Number.isInteger(value)) {
    yield value - 1;
  }
}
