import { execa } from 'execa';
import { interruption } from './interruption.js';
import { inSandbox, lab, mediansInTurn, runProgram, seconds, type Extent } from './run.js';
import { head, row } from './table.js';

const MEGABYTE = 1e6;
/** Less for a guest, which may be emulated. */
const BYTES = { server: 1000 * MEGABYTE, guest: 100 * MEGABYTE } as const;
const SMALL_BYTES = 20 * MEGABYTE;

type Member = keyof typeof BYTES;
type Env = Readonly<Record<string, string>>;

/** Throws unless so many bytes came out. */
async function countBytes(script: string, bytes: number, env: Env): Promise<void> {
  const [file, entry] = lab;
  const { stdout } = await execa('sh', ['-c', script, String(bytes), file, entry ?? ''], {
    env,
    cancelSignal: interruption,
  });
  if (Number(stdout) !== bytes) throw new Error(`${stdout} of ${bytes} bytes came`);
}

/** Seconds for so many bytes out of, or into, a member of the lab, without those for a command that does nothing. */
function contender(member: Member, direction: 'out' | 'in', bytes: number, env: Env) {
  const out = `"$1" "$2" exec quickstart ${member} -- sh -c "head -c $0 /dev/zero | cat" | wc -c`;
  const into = `head -c "$0" /dev/zero | "$1" "$2" exec -i quickstart ${member} -- sh -c "cat | wc -c"`;
  return async (): Promise<number> => {
    const nothing = await seconds(async () =>
      runProgram([...lab, 'exec', 'quickstart', member, '--', 'true'], { env }),
    );
    const all = await seconds(async () => countBytes(direction === 'out' ? out : into, bytes, env));
    return Math.max(all - nothing, 0.001);
  };
}

/** How fast bytes go into and out of a peer and a guest by `lab exec … cat`. */
export async function benchBytes({ rounds, small }: Extent): Promise<void> {
  await inSandbox(async (_, env) => {
    await runProgram([...lab, 'up', 'quickstart'], { env });
    // The first command puts its program into the guest.
    await runProgram([...lab, 'exec', 'quickstart', 'guest', '--', 'true'], { env });
    const bytesOf = (member: Member): number => (small ? SMALL_BYTES : BYTES[member]);
    const times = await mediansInTurn(
      {
        serverOut: contender('server', 'out', bytesOf('server'), env),
        serverIn: contender('server', 'in', bytesOf('server'), env),
        guestOut: contender('guest', 'out', bytesOf('guest'), env),
        guestIn: contender('guest', 'in', bytesOf('guest'), env),
      },
      rounds,
    );
    const rate = (member: Member, time: number): string => (bytesOf(member) / MEGABYTE / time).toFixed(0);
    head('Bytes by `lab exec … cat`', 'where', 'MB/s out of it', 'MB/s into it');
    row('peer', rate('server', times.serverOut), rate('server', times.serverIn));
    row('guest', rate('guest', times.guestOut), rate('guest', times.guestIn));
  });
}
