const MIB_PER_UNIT = { M: 1, G: 1024 } as const;
const SECONDS_PER_UNIT = { s: 1, m: 60 } as const;

/** `512M` or `4G` in MiB. */
export function sizeMiB(text: string): number {
  return Number(text.slice(0, -1)) * MIB_PER_UNIT[text.slice(-1) as keyof typeof MIB_PER_UNIT];
}

/** `40s` or `2m` in seconds. */
export function seconds(text: string): number {
  return Number(text.slice(0, -1)) * SECONDS_PER_UNIT[text.slice(-1) as keyof typeof SECONDS_PER_UNIT];
}
