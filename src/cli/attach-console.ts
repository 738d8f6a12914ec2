import type { Connect } from '../qemu/unix-socket.js';

const LEAVE = 0x1d;
const CONNECT_LIMIT_MS = 60_000;

/** Connects the terminal to a serial console until Ctrl-], the end of the input, or the end of the machine. */
export async function attachConsole(connect: Connect): Promise<void> {
  const socket = await connect(AbortSignal.timeout(CONNECT_LIMIT_MS));
  const { stdin, stdout } = process;
  if (stdin.isTTY) {
    process.stderr.write('attached; leave with Ctrl-]\n');
    stdin.setRawMode(true);
  }
  try {
    await new Promise<void>((resolve) => {
      stdin.on('data', (chunk: Buffer) => {
        const leave = stdin.isTTY ? chunk.indexOf(LEAVE) : -1;
        socket.write(leave < 0 ? chunk : chunk.subarray(0, leave));
        if (leave >= 0) resolve();
      });
      // The piped input has been sent; wait a moment for the output.
      stdin.on('end', () => setTimeout(resolve, 1000));
      socket.on('data', (chunk) => stdout.write(chunk));
      socket.on('close', resolve);
      // Nobody is left to read it.
      stdout.once('error', resolve);
      // A console shows its prompt only when asked.
      if (stdin.isTTY) socket.write('\n');
    });
  } finally {
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
    socket.destroy();
  }
}
