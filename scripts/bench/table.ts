export function row(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

export function head(title: string, ...cells: readonly string[]): void {
  console.log(`\n## ${title}\n`);
  row(...cells);
  row(...cells.map(() => '---'));
}

export function s(seconds: number): string {
  return `${seconds.toFixed(3)} s`;
}

export function ms(seconds: number): string {
  return `${(seconds * 1000).toFixed(2)} ms`;
}

export function mib(kibibytes: number): string {
  return `${Math.round(kibibytes / 1024)} MiB`;
}

export function ratio(a: number, b: number): string {
  return (a / b).toFixed(2);
}
