import { Parser } from 'tap-parser';
import { assertion, type Assertion, type ScriptOutput } from './check.js';

interface ParsedAssertion {
  readonly ok: boolean;
  readonly name: string;
  /** The YAML block below it. */
  readonly diag: unknown;
}

/**
 * Reads the TAP of one script line by line. Comments below a failed assertion are its diagnostics; other comments are remarks, and
 * YAML blocks are data. A stream that is empty, lacks a plan, bails out or ends early yields a failed assertion that says so.
 */
export class TapStream {
  readonly #parser: Parser;
  readonly #assertions: { ok: boolean; title: string; diagnostics: string[] }[] = [];
  readonly #remarks: string[] = [];
  readonly #data: unknown[] = [];
  #problem: string | undefined;
  #planned: number | undefined;

  constructor(private readonly title: string) {
    this.#parser = new Parser();
    this.#parser.on('assert', (result: ParsedAssertion) => {
      this.#assertions.push({ ok: result.ok, title: result.name.replace(/^- /, ''), diagnostics: [] });
      if (result.diag !== null && result.diag !== undefined) this.#data.push(result.diag);
    });
    this.#parser.on('comment', (comment: string) => {
      this.#comment(comment.replace(/^# ?/, '').trimEnd());
    });
    this.#parser.on('plan', (plan: { end: number }) => {
      this.#planned = plan.end;
    });
    this.#parser.on('bailout', (reason: string) => {
      this.#problem = `it gave up: ${reason}`;
    });
  }

  line(line: string): void {
    this.#parser.write(`${line}\n`);
  }

  /** Ends the stream and returns its contents. `cut`: why it was cut short; undefined if the script ended. */
  end(cut?: string): ScriptOutput {
    this.#parser.end();
    const problem = cut ?? this.#problem ?? this.#planProblem();
    const whole: Assertion[] =
      problem === undefined
        ? []
        : [assertion(false, `${this.title} runs to its end`, problem, ...this.#remarks.slice(-5))];
    return { assertions: [...this.#assertions, ...whole], remarks: this.#remarks, data: this.#data };
  }

  #comment(comment: string): void {
    const last = this.#assertions.at(-1);
    if (last !== undefined && !last.ok) last.diagnostics.push(comment);
    else if (comment !== '') this.#remarks.push(comment);
  }

  #planProblem(): string | undefined {
    if (this.#assertions.length === 0) return 'it made no assertion';
    if (this.#planned === undefined) return 'its stream ends without a plan';
    if (this.#planned !== this.#assertions.length)
      return `it planned ${this.#planned} assertions and made ${this.#assertions.length}`;
    return undefined;
  }
}
