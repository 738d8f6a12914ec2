/** What `lab doctor` says of one thing that labs need or can use. */
export interface Probe {
  readonly name: string;
  /** `warning`: it serves, with a drawback or not yet; `missing`: it does not. */
  readonly verdict: 'ok' | 'warning' | 'missing';
  /** Whether no lab runs without it. */
  readonly required: boolean;
  /** What was seen, in a few words. */
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}
