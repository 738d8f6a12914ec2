import { alternate, lab, runProgram, type Extent } from './run.js';
import { head, ratio, row, s } from './table.js';

const RUNS_PER_ROUND = 5;

/** What it costs to start the program at all. */
export async function benchStart({ rounds, small }: Extent): Promise<void> {
  const times = await alternate(
    {
      node: async () => runProgram([process.execPath, '-e', '0']),
      version: async () => runProgram([...lab, '--version']),
      help: async () => runProgram([...lab, '--help']),
      validate: async () => runProgram([...lab, 'validate', 'quickstart']),
    },
    small ? rounds : rounds * RUNS_PER_ROUND,
  );
  head('Start of the program', 'command', 'median', 'ratio to `node -e 0`');
  row('`node -e 0`', s(times.node), '1.00');
  row('`lab --version`', s(times.version), ratio(times.version, times.node));
  row('`lab --help`', s(times.help), ratio(times.help, times.node));
  row('`lab validate quickstart`', s(times.validate), ratio(times.validate, times.node));
}
