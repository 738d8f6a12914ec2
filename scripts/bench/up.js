import { dirname, join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { GuestAgent } from '../../src/qemu/guest-agent.ts';
import { head, inSandbox, lab, median, ratio, row, runProgram, s, seconds } from './measure.js';

const COUNTS = [1, 8, 64, 255];
const BOOT_LIMIT_MS = 600_000;

function definition(vfs) {
  return `networks: { lan: { subnet: 10.0.0.0/16 } }
machines: { guest: { nics: { pf0: { backend: { tap: lan }, vfs: ${vfs} } } } }
`;
}

/** `lab up` with more and more VFs, against the same rendered files run by hand until the guest agent answers (TCG). */
export async function benchUp(rounds) {
  head(
    'lab up by number of VFs (TCG)',
    'VFs',
    '`lab up`',
    'QEMU and guest by hand',
    'ratio',
    'lab’s own, per VF',
  );
  for (const vfs of COUNTS) {
    await inSandbox(async (folder, env) => {
      const file = join(folder, 'lab.yaml');
      const rendered = join(folder, 'rendered');
      mkdirSync(rendered);
      writeFileSync(file, definition(vfs));
      const { stdout } = await runProgram([...lab, 'render', file, '-o', rendered, '--images', '--json'], {
        env,
      });
      const { qemu } = JSON.parse(stdout);
      const times = await inTurn(file, rendered, qemu, env, rounds);
      const own = times.up - times.byHand;
      row(vfs, s(times.up), s(times.byHand), ratio(times.up, times.byHand), s(own / vfs));
    });
  }
}

async function inTurn(file, rendered, qemu, env, rounds) {
  const times = { up: [], byHand: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.up.push(await seconds(() => runProgram([...lab, 'up', file, '--accel', 'tcg'], { env })));
    await runProgram([...lab, 'down', file], { env });
    let end;
    times.byHand.push(
      await seconds(async () => {
        end = await startByHand(rendered, qemu);
      }),
    );
    await end();
  }
  return { up: median(times.up), byHand: median(times.byHand) };
}

async function startByHand(rendered, qemu) {
  const running = execa('./run.sh', {
    cwd: rendered,
    env: { QEMU: qemu, PATH: `${dirname(qemu)}:${process.env.PATH}` },
    reject: false,
    stdin: 'ignore',
    forceKillAfterDelay: 1000,
  });
  const agent = await GuestAgent.open(join(rendered, 'guest.agent'), AbortSignal.timeout(BOOT_LIMIT_MS));
  agent.close();
  return async () => {
    running.kill('SIGKILL');
    await running;
  };
}
