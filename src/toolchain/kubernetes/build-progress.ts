/** For `go list -f`: a line for each package, and whether it is compiled already. */
export const listFormat = '{{.ImportPath}} {{not .Stale}}';

/** Turns the output of `go build -v`, a line for each package that it compiles, into a progress. `listed`: see listFormat. */
export function buildProgress(listed: string): (line: string) => string {
  const packages = new Map(
    listed
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  let done = [...packages.values()].filter((compiled) => compiled === 'true').length;
  return (line) => {
    if (!packages.has(line)) return line;
    if (packages.get(line) === 'false') done += 1;
    packages.set(line, 'true');
    return `${done} of ${packages.size} packages: ${line}`;
  };
}
