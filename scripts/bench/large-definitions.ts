import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, inSandbox, lab, runProgram, type Extent } from './run.js';
import { head, ms, ratio, row, s } from './table.js';

const VFS = [1, 8, 64, 255];
const MACHINES = [250, 500, 1000];
const RUNS_PER_ROUND = 3;

function manyVfs(count: number): string {
  return `networks: { lan: { subnet: 10.0.0.0/16 } }
machines: { guest: { nics: { pf0: { backend: { tap: lan }, vfs: ${count} } } } }
`;
}

/** Three NICs each, on two networks, so that what all machines share grows with them. */
function manyMachines(count: number): string {
  const nic = (name: string, network: string): string => `${name}: { backend: { tap: ${network} }, vfs: 2 }`;
  const nics = [nic('pf0', 'lan'), nic('pf1', 'lan'), nic('pf2', 'wan')].join(', ');
  const machines = Array.from({ length: count }, (_, index) => `  m${index}: { nics: { ${nics} } }\n`);
  return `networks: { lan: { subnet: 10.0.0.0/8 }, wan: { subnet: 11.0.0.0/8 } }
machines:
${machines.join('')}`;
}

interface Times {
  readonly node: number;
  readonly validate: number;
  readonly graph: number;
  readonly render: number;
}

/** `validate`, `graph` and `render` of one definition, and `node -e 0`, in turn. */
async function timesOf(
  text: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  rounds: number,
): Promise<Times> {
  const file = join(folder, 'lab.yaml');
  const rendered = join(folder, 'rendered');
  writeFileSync(file, text);
  const times = await alternate(
    {
      node: async () => runProgram([process.execPath, '-e', '0']),
      validate: async () => runProgram([...lab, 'validate', file], { env }),
      graph: async () => runProgram([...lab, 'graph', file, '--format', 'svg'], { env }),
      render: async () => runProgram([...lab, 'render', file, '-f', '-o', rendered], { env }),
    },
    rounds,
  );
  rmSync(rendered, { recursive: true });
  return times;
}

/** `lab validate`, `graph` and `render` of large definitions: against `node -e 0`, and by machine, which shows growth. */
export async function benchLarge({ rounds, small }: Extent): Promise<void> {
  await inSandbox(async (folder, env) => {
    head(
      'One machine by number of VFs',
      ...['VFs', '`node -e 0`', '`validate`', 'ratio', '`graph` (SVG)', 'ratio', '`render`', 'ratio'],
    );
    for (const count of small ? VFS.slice(0, 1) : VFS) {
      const runs = small ? rounds : rounds * RUNS_PER_ROUND;
      const { node, validate, graph, render } = await timesOf(manyVfs(count), folder, env, runs);
      row(count, s(node), ...[validate, graph, render].flatMap((time) => [s(time), ratio(time, node)]));
    }
    head(
      'By number of machines, with 3 NICs of 2 VFs each',
      ...[
        'machines',
        '`validate`',
        'each machine',
        '`graph` (SVG)',
        'each machine',
        '`render`',
        'each machine',
      ],
    );
    for (const count of small ? MACHINES.slice(0, 1) : MACHINES) {
      const { validate, graph, render } = await timesOf(manyMachines(count), folder, env, rounds);
      row(count, ...[validate, graph, render].flatMap((time) => [s(time), ms(time / count)]));
    }
  });
}
