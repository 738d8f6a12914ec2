/** What a client sends, and what the guest's lab-stream sends: see lab-stream.c, which is the other side. */
export const TYPES = {
  hello: 0x48,
  arguments: 0x41,
  run: 0x52,
  input: 0x49,
  inputEnd: 0x45,
  windowSize: 0x57,
  stdout: 0x4f,
  stderr: 0x53,
  taken: 0x43,
  ended: 0x5a,
} as const;

export const HEADER_BYTES = 5;
export const MAX_PAYLOAD = 32 * 1024 - HEADER_BYTES;
/** Bytes of input that may be on their way: the guest says what it has taken. */
export const INPUT_WINDOW = 256 * 1024;
export const NONCE_BYTES = 16;
/** The bits of `run`'s first byte. */
export const WITH_INPUT = 1;
export const WITH_TERMINAL = 2;

export function header(type: number, bytes: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt8(type, 0);
  head.writeUInt32LE(bytes, 1);
  return head;
}

export function frame(type: number, payload: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.concat([header(type, payload.length), payload]);
}

/** A payload of any length as frames. */
export function frames(type: number, payload: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < payload.length; at += MAX_PAYLOAD)
    all.push(frame(type, payload.subarray(at, at + MAX_PAYLOAD)));
  return all;
}

/** What a client says first: padding that ends whatever an earlier client left unfinished, and its nonce. */
export function greeting(nonce: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(HEADER_BYTES + MAX_PAYLOAD), frame(TYPES.hello, nonce)]);
}

/** Takes frames out of a stream. What comes before the answer to the own greeting is of an earlier client, and dropped. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #answer: Buffer | undefined;

  constructor(private readonly onFrame: (type: number, payload: Buffer) => void) {}

  /** Drops all that comes until this nonce does. */
  await(nonce: Buffer): void {
    this.#answer = frame(TYPES.hello, nonce);
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = this.#takeFrom(bytes);
  }

  /** Returns what is left over. */
  #takeFrom(bytes: Buffer): Buffer<ArrayBuffer> {
    let at = 0;
    if (this.#answer !== undefined) {
      const found = bytes.indexOf(this.#answer);
      if (found < 0) return Buffer.from(bytes.subarray(-(this.#answer.length - 1)));
      this.#answer = undefined;
      at = found;
    }
    while (bytes.length - at >= HEADER_BYTES) {
      const length = bytes.readUInt32LE(at + 1);
      if (bytes.length - at < HEADER_BYTES + length) break;
      this.onFrame(bytes.readUInt8(at), bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
      at += HEADER_BYTES + length;
    }
    return Buffer.from(bytes.subarray(at));
  }
}
