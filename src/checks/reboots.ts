import { assertion, type Finding, type World } from './check.js';

/** Reboots the machine that a check looks at. Returns whether it is up again. */
export async function* reboots(world: World): AsyncGenerator<Finding, boolean, void> {
  const title = `${world.target.machine.name} reboots`;
  try {
    await world.reboot();
    yield assertion(true, title);
    return true;
  } catch (error) {
    world.signal.throwIfAborted();
    const { message, cause } = error as Error;
    yield assertion(false, title, message, ...(cause instanceof Error ? [cause.message] : []));
    return false;
  }
}
