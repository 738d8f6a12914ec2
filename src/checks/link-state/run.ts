import * as z from 'zod';
import { netdevId } from '../../devices/backends.js';
import { functionsOf, type NicFunction } from '../../model/lab.js';
import { renderTemplate } from '../../render/templates.js';
import {
  assertion,
  dataOf,
  failuresOf,
  scriptFolder,
  type Check,
  type CheckTarget,
  type Finding,
  type World,
} from '../check.js';
import { functionView, vfView, type FunctionView, type VfView } from '../vf-view.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/link-state.sh': LinkStateView;
  }
}

const SCRIPT_LIMIT_MS = 60_000;
/** How often the carriers are read at most: the guest learns of a change through an interrupt, and acts on it a little later. */
const READINGS = 5;

/** The output of link-state.sh: the names of the functions whose netdevs have a carrier. */
const carriers = z.array(z.string());

interface LinkStateView extends VfView {
  readonly functions: readonly FunctionView[];
}

function scriptPath(target: CheckTarget): string {
  return `${scriptFolder(target)}/link-state.sh`;
}

function endPath(target: CheckTarget): string {
  return `${scriptFolder(target)}/link-state-end.sh`;
}

async function setLink({ qmp }: World, pciFunction: NicFunction, up: boolean): Promise<void> {
  await qmp.execute('set_link', { name: netdevId(pciFunction), up });
}

/** Reads the carriers, up to five times, until they are `expected`. Yields what failed, and returns the last reading. */
async function* carriersOnce(
  world: World,
  expected: readonly string[],
): AsyncGenerator<Finding, string, void> {
  let found = '';
  for (let reading = 0; reading < READINGS && found !== expected.join(', '); reading += 1) {
    const output = await world.run(scriptPath(world.target));
    yield* failuresOf(output);
    found = dataOf(output, carriers).join(', ');
  }
  return found;
}

/** One link after the other goes down and comes up again, as if someone pulled the cable and put it back. */
export const check: Check = {
  scripts: (target) => [
    {
      path: scriptPath(target),
      content: renderTemplate('checks/link-state.sh', {
        ...vfView(target),
        functions: functionsOf(target.nic).map(functionView),
      }),
    },
    { path: endPath(target), content: renderTemplate('checks/link-state-end.sh', {}) },
  ],
  scriptLimitMs: () => SCRIPT_LIMIT_MS,
  async *run(world) {
    const functions = functionsOf(world.target.nic);
    const all = functions.map(({ name }) => name);
    const carry = async function* (title: string, expected: string[]): AsyncGenerator<Finding, void, void> {
      const found = yield* carriersOnce(world, expected);
      const wanted = expected.join(', ');
      yield assertion(found === wanted, title, `with a carrier: ${found}`, `wanted: ${wanted}`);
    };
    try {
      yield* carry('every function has a carrier', all);
      for (const one of functions) {
        const others = all.filter((name) => name !== one.name);
        await setLink(world, one, false);
        yield* carry(`${one.name} loses its carrier with its backend’s link, and no other does`, others);
        await setLink(world, one, true);
        yield* carry(`${one.name} gets its carrier back with the link`, all);
      }
    } finally {
      for (const one of functions)
        await setLink(world, one, true).catch((error: unknown) => {
          if (!world.signal.aborted) throw error;
        });
      yield* world.takeBack(endPath(world.target));
    }
  },
};
