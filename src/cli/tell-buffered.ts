/** Says on stderr why the bytes of a command in a guest come all at once. */
export function tellBuffered(why: string): void {
  process.stderr.write(
    `the guest’s output comes when the command has ended, and 16 MiB of it at most: ${why}\n`,
  );
}
