import type { GuestAgent } from '../qemu/guest-agent.js';

const LIMIT_SECONDS = 60;
/** If the guest has udev, its queue is empty when it has handled every device and loaded the drivers (udevadm(8)). */
const SETTLE = 'command -v udevadm >/dev/null || exit 0; exec udevadm settle --timeout="$0"';

/**
 * Waits up to a minute until a full guest has loaded the drivers of its devices, because its agent may answer earlier. A device without a
 * driver is no error here: the checks will report it. Throws the signal's reason when aborted.
 */
export async function settleDevices(agent: GuestAgent, signal: AbortSignal): Promise<void> {
  await agent.run(['/bin/sh', '-c', SETTLE, String(LIMIT_SECONDS)], { signal });
}
