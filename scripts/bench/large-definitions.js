import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, head, inSandbox, lab, ratio, row, runProgram, s } from './measure.js';

const MACHINES = [10, 100, 1000];
const VFS = 255;

function manyMachines(count) {
  const machines = Array.from(
    { length: count },
    (_, index) => `  m${index}: { nics: { pf0: { backend: { tap: lan }, vfs: 2 } } }\n`,
  );
  return `networks: { lan: { subnet: 10.0.0.0/8 } }\nmachines:\n${machines.join('')}`;
}

function manyVfs() {
  return `networks: { lan: { subnet: 10.0.0.0/16 } }\nmachines: { guest: { nics: { pf0: { backend: { tap: lan }, vfs: ${VFS} } } } }\n`;
}

/** `lab validate`, `graph` and `render` of large definitions. */
export async function benchLarge(rounds) {
  head('Large definitions', 'definition', '`validate`', 'ratio to `node -e 0`', '`graph` (SVG)', '`render`');
  await inSandbox(async (folder, env) => {
    const definitions = {
      [`${VFS} VFs`]: manyVfs(),
      ...Object.fromEntries(MACHINES.map((count) => [`${count} machines`, manyMachines(count)])),
    };
    for (const [name, text] of Object.entries(definitions)) {
      const file = join(folder, `${name.replace(' ', '-')}.yaml`);
      writeFileSync(file, text);
      const times = await alternate(
        {
          node: () => runProgram([process.execPath, '-e', '0']),
          validate: () => runProgram([...lab, 'validate', file], { env }),
          graph: () => runProgram([...lab, 'graph', file, '--format', 'svg'], { env }),
          render: () => runProgram([...lab, 'render', file, '-f', '-o', join(folder, 'rendered')], { env }),
        },
        rounds,
      );
      row(name, s(times.validate), ratio(times.validate, times.node), s(times.graph), s(times.render));
    }
  });
}
