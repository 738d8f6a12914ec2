/** TCP's state of a connection that is open (include/net/tcp_states.h). */
const ESTABLISHED = '01';

/** An address as /proc/net/tcp shows it on a little-endian computer (proc_pid_net(5)): the bytes of a number, the last one first. */
function addressIn(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => parseInt(byte, 16))
    .join('.');
}

/** The addresses that have an open connection to a port of this host. `table`: the content of /proc/net/tcp. */
export function connectedTo(port: number, table: string): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', remote = '', state] = line.trim().split(/\s+/);
    return state === ESTABLISHED && local.endsWith(`:${wanted}`) ? [addressIn(remote.slice(0, 8))] : [];
  });
}
