import { dirname, join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { GuestAgent } from '../../src/qemu/guest-agent.js';
import { toSocket } from '../../src/qemu/unix-socket.js';
import { interruption } from './interruption.js';
import { inSandbox, lab, mediansInTurn, runProgram, seconds, withProgram, type Extent } from './run.js';
import { head, ratio, row, s } from './table.js';

const COUNTS = [1, 8, 64, 255];
const BOOT_LIMIT_MS = 600_000;

function definition(vfs: number): string {
  return `networks: { lan: { subnet: 10.0.0.0/16 } }
machines: { guest: { nics: { pf0: { backend: { tap: lan }, vfs: ${vfs} } } } }
`;
}

/** `lab up` with more and more VFs, against the same rendered files run by hand until the guest agent answers (TCG). */
export async function benchUp({ rounds, small }: Extent): Promise<void> {
  head(
    'lab up by number of VFs (TCG)',
    ...['VFs', '`lab up`', 'QEMU and guest by hand', 'ratio', 'lab’s own, per VF'],
  );
  for (const vfs of small ? COUNTS.slice(0, 1) : COUNTS) {
    await inSandbox(async (folder, env) => {
      const file = join(folder, 'lab.yaml');
      const rendered = join(folder, 'rendered');
      mkdirSync(rendered);
      writeFileSync(file, definition(vfs));
      const { qemu } = JSON.parse(
        await runProgram([...lab, 'render', file, '-o', rendered, '--images', '--json'], { env }),
      ) as { qemu: string };
      const times = await mediansInTurn(
        { up: async () => secondsOfUp(file, env), byHand: async () => secondsByHand(rendered, qemu) },
        rounds,
      );
      const own = times.up - times.byHand;
      row(vfs, s(times.up), s(times.byHand), ratio(times.up, times.byHand), s(own / vfs));
    });
  }
}

async function secondsOfUp(file: string, env: Readonly<Record<string, string>>): Promise<number> {
  const up = await seconds(async () => runProgram([...lab, 'up', file, '--accel', 'tcg'], { env }));
  await runProgram([...lab, 'down', file], { env });
  return up;
}

async function secondsByHand(rendered: string, qemu: string): Promise<number> {
  const env = { QEMU: qemu, PATH: `${dirname(qemu)}:${process.env['PATH'] ?? ''}` };
  return withProgram(['./run.sh'], { cwd: rendered, env }, async (ended) => {
    const limit = AbortSignal.any([ended, interruption, AbortSignal.timeout(BOOT_LIMIT_MS)]);
    return seconds(async () => {
      const agent = await GuestAgent.open(toSocket(join(rendered, 'guest.agent')), limit);
      agent.close();
    });
  });
}
