/** What virt-customize and the scripts that it ran have said. */
export interface CustomizeOutcome {
  /** What went wrong, in a line or a few; undefined: nothing did. */
  readonly failure: string | undefined;
  readonly packages: Readonly<Record<string, string>>;
}

const SAID = /lab-said: (.*)$/;
const PACKAGE = /lab-package (\S+) (\S+)\s*$/;
const FINISHED = /lab-finished (\d+)\s*$/;
/** It ends with 0 all the same. The seed it sets unasked; a guest has its own from virtio-rng or the processor. */
const BAD_WARNING = /virt-customize: (?!.*random seed).*(could not be set|insecure|not supported)/;
const ERROR = /(?:virt-customize|libguestfs): error: (.*)$/;

function matches(lines: readonly string[], pattern: RegExp): string[] {
  return lines.flatMap((line) => pattern.exec(line)?.[1]?.trim() ?? []);
}

function failureOf(exitCode: number, lines: readonly string[], packages: number): string | undefined {
  const said = matches(lines, SAID);
  if (said.length > 0) return said.join('\n');
  if (exitCode !== 0) {
    const errors = [...new Set(matches(lines, ERROR))];
    return errors.length > 0 ? errors.slice(-4).join('\n') : lines.slice(-6).join('\n');
  }
  const warning = lines.find((line) => BAD_WARNING.test(line));
  if (warning !== undefined) return warning.trim();
  const [finished] = matches(lines, FINISHED);
  if (finished === undefined) return 'virt-customize ended with 0 before its last command was done';
  if (Number(finished) !== packages) return `${packages} of ${finished} packages could be read`;
  return undefined;
}

/** Judges a run of virt-customize by what it said, as its exit code is 0 after some failures too. `output`: stdout and stderr. */
export function customizeOutcome(exitCode: number, output: string): CustomizeOutcome {
  const lines = output.split(/\r?\n/);
  const packages = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, version] = PACKAGE.exec(line) ?? [];
      return name === undefined || version === undefined ? [] : [[name, version]];
    }),
  );
  return { failure: failureOf(exitCode, lines, Object.keys(packages).length), packages };
}
