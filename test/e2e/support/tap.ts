import { Parser } from 'tap-parser';

export interface Check {
  readonly ok: boolean;
  readonly failed: string[];
  readonly passed: string[];
}

/** The checks of a `lab test` report, by title, as an independent TAP parser reads them. */
export function parseReport(tap: string): { ok: boolean; checks: Map<string, Check> } {
  const checks = new Map<string, Check>();
  let whole = false;
  const parser = new Parser({}, (results: { ok: boolean }) => {
    whole = results.ok;
  });
  parser.on('child', (child: Parser) => {
    const passed: string[] = [];
    const failed: string[] = [];
    child.on('assert', (result: { ok: boolean; name: string }) =>
      (result.ok ? passed : failed).push(result.name),
    );
    child.on('complete', (results: { ok: boolean }) => {
      checks.set(child.name, { ok: results.ok, passed, failed });
    });
  });
  parser.end(tap);
  return { ok: whole, checks };
}
