import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, head, inSandbox, lab, ms, ratio, row, runProgram, s } from './measure.js';

const VFS = [1, 8, 64, 255];
const MACHINES = [250, 500, 1000];
const RUNS_PER_ROUND = 3;

function manyVfs(count) {
  return `networks: { lan: { subnet: 10.0.0.0/16 } }
machines: { guest: { nics: { pf0: { backend: { tap: lan }, vfs: ${count} } } } }
`;
}

/** Three NICs each, on two networks, so that what is shared by all machines grows with them. */
function manyMachines(count) {
  const nic = (name, network) => `${name}: { backend: { tap: ${network} }, vfs: 2 }`;
  const nics = [nic('pf0', 'lan'), nic('pf1', 'lan'), nic('pf2', 'wan')].join(', ');
  const machines = Array.from({ length: count }, (_, index) => `  m${index}: { nics: { ${nics} } }\n`);
  return `networks: { lan: { subnet: 10.0.0.0/8 }, wan: { subnet: 11.0.0.0/8 } }
machines:
${machines.join('')}`;
}

/** `validate`, `graph` and `render` of one definition, and `node -e 0`, in turn. */
async function timesOf(text, folder, env, rounds) {
  const file = join(folder, 'lab.yaml');
  const rendered = join(folder, 'rendered');
  writeFileSync(file, text);
  const times = await alternate(
    {
      node: () => runProgram([process.execPath, '-e', '0']),
      validate: () => runProgram([...lab, 'validate', file], { env }),
      graph: () => runProgram([...lab, 'graph', file, '--format', 'svg'], { env }),
      render: () => runProgram([...lab, 'render', file, '-f', '-o', rendered], { env }),
    },
    rounds,
  );
  rmSync(rendered, { recursive: true });
  return times;
}

/** `lab validate`, `graph` and `render` of large definitions: against `node -e 0`, and by machine, where growth shows. */
export async function benchLarge(rounds) {
  await inSandbox(async (folder, env) => {
    head(
      'One machine by number of VFs',
      'VFs',
      '`node -e 0`',
      '`validate`',
      'ratio',
      '`graph` (SVG)',
      'ratio',
      '`render`',
      'ratio',
    );
    for (const count of VFS) {
      const { node, ...times } = await timesOf(manyVfs(count), folder, env, rounds * RUNS_PER_ROUND);
      row(count, s(node), ...Object.values(times).flatMap((time) => [s(time), ratio(time, node)]));
    }
    head(
      'By number of machines, with 3 NICs of 2 VFs each',
      'machines',
      '`validate`',
      'each machine',
      '`graph` (SVG)',
      'each machine',
      '`render`',
      'each machine',
    );
    for (const count of MACHINES) {
      const { validate, graph, render } = await timesOf(manyMachines(count), folder, env, rounds);
      row(count, ...[validate, graph, render].flatMap((time) => [s(time), ms(time / count)]));
    }
  });
}
