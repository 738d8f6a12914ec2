import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { waitBriefly } from '../process/wait-for.js';

/**
 * Connects to a Unix socket whatever the length of its path: sun_path holds 108 bytes (unix(7)), and a folder's open
 * descriptor stands in for the folder. Rejects with the system's error when nothing listens there.
 */
export async function connectUnixSocket(path: string): Promise<Socket> {
  const folder = openSync(dirname(path), 'r');
  try {
    return await new Promise((resolve, reject) => {
      const socket = connect(`/proc/self/fd/${folder}/${basename(path)}`);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        // From here on the reader sees the end of the connection; the error itself adds nothing.
        socket.on('error', () => undefined);
        resolve(socket);
      });
    });
  } finally {
    closeSync(folder);
  }
}

const RETRY_MS = 5;

/** Connects as soon as a server listens. Gives up with the last error when `signal` aborts. */
export async function connectWhenListening(path: string, signal: AbortSignal): Promise<Socket> {
  let refusal: unknown;
  const ask = async (): Promise<Socket | undefined> => {
    try {
      return await connectUnixSocket(path);
    } catch (error) {
      refusal = error;
      return undefined;
    }
  };
  const socket = await waitBriefly({ ask, everyMs: RETRY_MS, limitMs: Infinity }, signal).catch(
    () => undefined,
  );
  if (socket === undefined) throw refusal;
  return socket;
}

/** A way to something that answers, tried until it is there or `signal` aborts. */
export type Connect = (signal: AbortSignal) => Promise<Socket>;

/** The way to a server on a Unix socket of this computer. */
export function toSocket(path: string): Connect {
  return async (signal) => connectWhenListening(path, signal);
}
