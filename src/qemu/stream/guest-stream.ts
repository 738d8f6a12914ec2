import { randomBytes } from 'node:crypto';
import { Readable, Writable, type Duplex } from 'node:stream';
import { MachineError } from '../../errors/families.js';
import { withTimeLimit } from '../../model/time-limit.js';
import type { Spawned, TerminalSize } from '../../process/spawned.js';
import {
  frame,
  FrameReader,
  frames,
  greeting,
  INPUT_WINDOW,
  NONCE_BYTES,
  TYPES,
  WITH_INPUT,
  WITH_TERMINAL,
} from './frames.js';

/** The guest ends what runs within 2 s; an emulated machine inside an emulated one takes its time. */
const END_LIMIT_MS = 10_000;
const GREET_EVERY_MS = 500;

export interface GuestCommand {
  /** Its first word is a path. */
  readonly argv: readonly [string, ...string[]];
  readonly input: boolean;
  /** Of its terminal; null: it has none. */
  readonly terminal: TerminalSize | null;
}

function sizeBytes({ rows, columns }: TerminalSize): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(rows & 0xffff, 0);
  bytes.writeUInt16LE(columns & 0xffff, 2);
  return bytes;
}

function gone(): MachineError {
  return new MachineError({
    code: 'LAB-STREAM-GONE',
    message: 'the guest went away while the command ran',
    hint: 'see whether it still runs, and its console: lab status, lab logs',
  });
}

/** A session with the guest's lab-stream on one of its ports: one command after another. */
export class GuestStream {
  readonly #reader: FrameReader;
  #onFrame: (type: number, payload: Buffer) => void = () => undefined;
  #onGone: () => void = () => undefined;

  private constructor(private readonly socket: Duplex) {
    this.#reader = new FrameReader((type, payload) => {
      this.#onFrame(type, payload);
    });
    socket.on('data', (chunk: Buffer) => {
      this.#reader.take(chunk);
    });
    socket.on('close', () => {
      this.#onGone();
    });
  }

  /** Greets the guest; resolves when it answers. Throws MachineError when it does not before `signal` aborts. */
  static async open(socket: Duplex, signal: AbortSignal): Promise<GuestStream> {
    const stream = new GuestStream(socket);
    await stream.#greet(signal);
    return stream;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Starts a command. */
  spawn({ argv, input, terminal }: GuestCommand): Spawned {
    const { socket } = this;
    let credit = INPUT_WINDOW;
    let waiting: (() => void) | undefined;
    let isOver = false;
    const outputs = { [TYPES.stdout]: this.#output(), [TYPES.stderr]: this.#output() };
    const over = (): void => {
      isOver = true;
      for (const output of Object.values(outputs)) output.push(null);
      waiting?.();
    };
    let breakOff: (why: Error) => void = () => undefined;
    const ended = new Promise<number>((resolve, reject) => {
      breakOff = reject;
      this.#onGone = () => {
        over();
        reject(gone());
      };
      this.#onFrame = (type, payload) => {
        if (type === TYPES.stdout || type === TYPES.stderr) {
          if (!outputs[type].push(payload)) socket.pause();
        } else if (type === TYPES.taken) {
          credit += payload.readUInt32LE(0);
          waiting?.();
        } else if (type === TYPES.ended) {
          over();
          resolve(payload.readUInt8(0));
        }
      };
    });
    ended.catch(() => undefined);
    const send = async (chunk: Buffer): Promise<void> => {
      for (let at = 0; at < chunk.length && !isOver;) {
        const piece = chunk.subarray(at, at + credit);
        credit -= piece.length;
        at += piece.length;
        for (const one of frames(TYPES.input, piece)) socket.write(one);
        if (credit > 0) continue;
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
        waiting = undefined;
      }
    };
    const stdin = input
      ? new Writable({
          highWaterMark: INPUT_WINDOW,
          write: (chunk: Buffer, _, done) => {
            send(chunk).then(() => {
              done();
            }, done);
          },
          final: (done) => {
            if (!isOver) socket.write(frame(TYPES.inputEnd));
            done();
          },
        })
      : null;
    for (const one of frames(TYPES.arguments, Buffer.from(argv.map((word) => `${word}\0`).join(''))))
      socket.write(one);
    const flags = (input ? WITH_INPUT : 0) | (terminal === null ? 0 : WITH_TERMINAL);
    const size = sizeBytes(terminal ?? { rows: 0, columns: 0 });
    socket.write(frame(TYPES.run, Buffer.concat([Buffer.from([flags]), size])));
    return {
      stdin,
      stdout: outputs[TYPES.stdout],
      stderr: outputs[TYPES.stderr],
      ended,
      resize: (now) => {
        socket.write(frame(TYPES.windowSize, sizeBytes(now)));
      },
      end: async () => {
        // A new greeting is answered when what ran is gone.
        over();
        breakOff(new Error('the command was ended'));
        socket.resume();
        await withTimeLimit(END_LIMIT_MS, [], async (limited) => this.#greet(limited)).catch(() => undefined);
      },
    };
  }

  #output(): Readable {
    return new Readable({
      highWaterMark: 1024 * 1024,
      read: () => {
        this.socket.resume();
      },
    });
  }

  /** Greets until it is answered: what comes while the guest still clears up after an earlier client is lost. */
  async #greet(signal: AbortSignal): Promise<void> {
    const nonce = randomBytes(NONCE_BYTES);
    this.#reader.await(nonce);
    const { socket } = this;
    const greet = (): void => {
      // More would only pile up where nobody reads yet.
      if (socket.writableLength === 0) socket.write(greeting(nonce));
    };
    const again = setInterval(greet, GREET_EVERY_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (): void => {
          reject(gone());
        };
        this.#onFrame = (type) => {
          if (type !== TYPES.hello) return;
          signal.removeEventListener('abort', fail);
          resolve();
        };
        this.#onGone = fail;
        signal.addEventListener('abort', fail);
        if (signal.aborted || socket.destroyed) fail();
        else greet();
      });
    } finally {
      clearInterval(again);
    }
  }
}
