import * as z from 'zod';
import { machinesOn } from '../../model/lab.js';
import {
  allOf,
  assertion,
  dataOf,
  failuresOf,
  retitled,
  type Check,
  type CheckTarget,
  type Findings,
} from '../check.js';
import { reboots } from '../reboots.js';
import { scriptsFor } from './view.js';

const LIMIT_BASE_MS = 60_000;
const LIMIT_PER_VF_MS = 200;

/** The output of both scripts: the id of the guest's boot (random(4)). */
const bootId = z.string().min(1);

/** The machines that would end with the boot of the one that the check is about. */
function* alone({ lab, machine }: CheckTarget): Generator<ReturnType<typeof assertion>, boolean, void> {
  const inside = machinesOn(lab, machine.name).map(({ name }) => name);
  if (inside.length === 0) return true;
  yield assertion(
    false,
    `nothing runs inside ${machine.name}, which would end with its boot`,
    `inside it: ${inside.join(', ')}`,
    'set `machine` of this check to another machine, or leave the check out',
  );
  return false;
}

/** VFs are a setting of the running kernel: a reboot takes them away, and the same ones can be created again. */
export const check: Check = {
  scripts: (target) => {
    const { before, after } = scriptsFor(target);
    return [before, after];
  },
  scriptLimitMs: ({ nic }) => LIMIT_BASE_MS + nic.vfs.length * LIMIT_PER_VF_MS,
  async *run(world): Findings {
    const { target } = world;
    if (!(yield* alone(target))) return;
    const scripts = scriptsFor(target);
    const before = await world.run(scripts.before.path);
    yield* allOf(before);
    // Without VFs there is nothing that a reboot could take away.
    if (failuresOf(before).length > 0 || !(yield* reboots(world))) return;
    const after = await world.run(scripts.after.path);
    const [then, now] = [dataOf(before, bootId), dataOf(after, bootId)];
    yield assertion(then !== now, 'the guest’s kernel is another boot', `before and after: ${now}`);
    yield* retitled('after the reboot', allOf(after));
  },
};
