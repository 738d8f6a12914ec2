import type { Qmp } from '../qemu/qmp.js';

/** What QEMU says of one of its devices. */
export interface DeviceState {
  readonly id: string;
  readonly realized: boolean;
  readonly hotplugged: boolean;
}

/** The state of the device of that id; one that QEMU does not know counts as neither realized nor there from the start. */
export async function deviceState(qmp: Qmp, id: string): Promise<DeviceState> {
  const path = `/machine/peripheral/${id}`;
  try {
    const [realized, hotplugged] = await Promise.all([
      qmp.execute('qom-get', { path, property: 'realized' }),
      qmp.execute('qom-get', { path, property: 'hotplugged' }),
    ]);
    return { id, realized: realized === true, hotplugged: hotplugged !== false };
  } catch {
    return { id, realized: false, hotplugged: true };
  }
}
