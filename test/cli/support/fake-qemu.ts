import type { Place } from './lab.js';

/** How a fake QEMU goes on after it has answered what it is. */
export type Behaviour =
  /** It says something and ends. */
  | 'dies'
  /** It opens its QMP and agent sockets, and nobody in the guest ever answers. */
  | 'silent'
  /** It starts and opens nothing. */
  | 'deaf';

/** Listens where the arguments say that QEMU would; answers nothing. Without signs of life of a guest. */
const LISTEN = `
const net = require('node:net');
for (const argument of process.argv.slice(1)) {
  const path = /(?:^unix:|,path=)([^,]+)/.exec(argument)?.[1];
  if (path !== undefined) net.createServer(() => undefined).listen(path);
}
`;

const words = 'qemu-system-x86_64: -device virtio-net-pci: the fake QEMU wants to end';

/** Puts a QEMU first in PATH that claims composable SR-IOV. Returns its path. */
export function fakeQemu(place: Place, behaviour: Behaviour): string {
  const rest = {
    dies: `echo '${words}' >&2; exit 1`,
    silent: `exec '${process.execPath}' -e "$LISTEN" -- "$@"`,
    deaf: 'exec sleep 1000',
  }[behaviour];
  return place.program(
    'qemu-system-x86_64',
    [
      'case "$*" in',
      "*-version*) echo 'QEMU emulator version 11.0.0 (fake)'; exit 0 ;;",
      "*'-machine help'*) echo 'Supported machines are:'; echo 'q35 Standard PC'; exit 0 ;;",
      "*,help*) echo '  sriov-pf=<str>'; exit 0 ;;",
      'esac',
      `LISTEN='${LISTEN.replaceAll("'", "'\\''")}'`,
      rest,
    ].join('\n'),
  );
}

/** What the one that dies says. */
export const lastWords = words;
