import type { Comparison } from './compare.js';

/** Counts what a parity run has seen. */
export class Tally {
  readonly #outcomes = { accepted: 0, refused: 0, trap: 0 };
  readonly #rules = new Map<string, number>();
  readonly disagreements: string[] = [];

  add({ outcome, rule }: Comparison): void {
    this.#outcomes[outcome] += 1;
    if (rule !== undefined) this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + 1);
  }

  get rules(): ReadonlySet<string> {
    return new Set(this.#rules.keys());
  }

  /** One line, and one for how often each rule decided. */
  toString(): string {
    const { accepted, refused, trap } = this.#outcomes;
    const rules = [...this.#rules].sort().map(([rule, count]) => `${rule} ${count}`);
    return [
      `${accepted + refused + trap} cases: ${accepted} accepted, ${refused} refused, ${trap} traps, ${this.disagreements.length} disagreements`,
      `by rule: ${rules.join(', ')}`,
    ].join('\n');
  }
}
