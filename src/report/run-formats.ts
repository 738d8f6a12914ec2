import { extname } from 'node:path';
import { UsageError } from '../errors/families.js';
import type { KeptRun } from '../results/run.js';
import { asTestResult } from './as-test-result.js';
import { toHtml } from './html/page.js';
import { toJunit } from './junit.js';
import { toTap } from './tap.js';

type Format = (runs: readonly KeptRun[]) => string;

function ofOne(format: (run: KeptRun) => string): Format {
  return (runs) => {
    const [run] = runs;
    if (run !== undefined && runs.length === 1) return format(run);
    throw new UsageError({
      code: 'LAB-REPORT-RUNS',
      message: `a file of this format can contain only one run`,
      hint: 'write each run to its own file, or several runs to one .html',
    });
  };
}

const FORMATS: Readonly<Record<string, Format>> = {
  '.html': toHtml,
  '.json': ofOne((run) => `${JSON.stringify(run, undefined, 2)}\n`),
  '.xml': ofOne((run) => toJunit(asTestResult(run))),
  '.tap': ofOne((run) => toTap(asTestResult(run))),
};

/** Runs in the format of a file's extension. Throws UsageError for an unknown extension, and for several runs in a format for one. */
export function reportFor(file: string, runs: readonly KeptRun[]): string {
  const format = FORMATS[extname(file).toLowerCase()];
  if (format !== undefined) return format(runs);
  throw new UsageError({
    code: 'LAB-REPORT-FORMAT',
    message: `the extension of ${file} is unknown`,
    hint: `use one of ${Object.keys(FORMATS).join(', ')}`,
  });
}
