import type { GuestAgent } from '../qemu/guest-agent.js';

const LIMIT_SECONDS = 60;
/** udev, where there is one, has looked at every device and loaded its driver when its queue is empty (udevadm(8)). */
const SETTLE = 'command -v udevadm >/dev/null || exit 0; exec udevadm settle --timeout="$0"';

/**
 * Waits until a guest with a system of its own has the drivers of its devices: the agent may answer before. Whatever has none after a
 * minute will not get one, and the checks tell. Throws the signal's reason when aborted.
 */
export async function settleDevices(agent: GuestAgent, signal: AbortSignal): Promise<void> {
  await agent.run(['/bin/sh', '-c', SETTLE, String(LIMIT_SECONDS)], { signal });
}
