/** A file, folder or symbolic link of an archive. */
export interface TarEntry {
  /** Without a leading slash; a folder's ends with one. */
  readonly path: string;
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Of a symbolic link. */
  readonly target?: string;
}

const BLOCK = 512;
const encoder = new TextEncoder();

/** An archive in the ustar format. It depends on its entries alone: root owns all of them, and their time is 1970. */
export function tar(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.flatMap((entry) => {
    const content = entry.content ?? new Uint8Array();
    return [header(entry, content.length), content, new Uint8Array(-content.length & (BLOCK - 1))];
  });
  return Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]);
}

function header({ path, mode, target = '' }: TarEntry, size: number): Uint8Array {
  if (path.length > 100 || target.length > 100) throw new Error(`the path ${path} is too long for a header`);
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string): void => {
    block.set(encoder.encode(text), offset);
  };
  put(0, path);
  put(100, `${octal(mode, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(0, 11)}\0`);
  // The checksum is that of a header with blanks in its place.
  put(148, '        ');
  put(156, typeOf(path, target));
  put(157, target);
  put(257, 'ustar\u000000');
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return block;
}

function typeOf(path: string, target: string): string {
  if (target !== '') return '2';
  return path.endsWith('/') ? '5' : '0';
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
