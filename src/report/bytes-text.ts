/** A number of bytes to read: `12 MB`; `-` for none. */
export function bytesText(bytes: number | null): string {
  if (bytes === null || bytes === 0) return '-';
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`;
}
