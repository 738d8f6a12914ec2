/** What a line of a script's TAP tells somebody who watches it run: each script counts anew, so its numbers would confuse. */
export function progressText(line: string): string {
  return line
    .replace(/^# /, '')
    .replace(/^(not )?ok \d+ - /, (_, not: string | undefined) => (not === undefined ? '' : 'failed: '));
}
