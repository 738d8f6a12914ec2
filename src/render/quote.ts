/** One word for a POSIX shell, whatever is in it: nothing inside single quotes is special (POSIX XCU 2.2.2). */
export function quoteForShell(value: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** A value within a QEMU option list, where a comma ends it unless doubled (QemuOpts). */
export function quoteForQemu(value: string): string {
  return value.replaceAll(',', ',,');
}

/** A value where nothing can be quoted (the lines of `ip -batch`). Throws if it holds more than a plain word. */
export function plainWord(value: string): string {
  if (!/^[A-Za-z0-9_.:/-]+$/.test(value)) throw new Error(`not a plain word: ${JSON.stringify(value)}`);
  return value;
}
