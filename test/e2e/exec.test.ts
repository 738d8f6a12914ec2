import { execa } from 'execa';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT, Sandbox } from './support/sandbox.js';

// One lab for all: a guest and a peer.
const sandbox = new Sandbox();
const LAB = 'quickstart';
const LIMIT_MS = 60_000;

beforeAll(async () => {
  const { exitCode, stderr } = await sandbox.lab('up', LAB);
  expect(exitCode, stderr).toBe(0);
});

afterAll(async () => {
  await sandbox.lab('down', LAB);
  expect(await sandbox.leftovers()).toEqual([]);
  await sandbox.dispose();
});

/** `lab exec` with bytes for its input. */
async function exec(
  flags: readonly string[],
  member: string,
  script: string,
  input: Uint8Array = Buffer.alloc(0),
) {
  const argv = ['exec', ...flags, LAB, member, '--', 'sh', '-c', script];
  const { exitCode, stdout, stderr } = await execa(process.execPath, [join(PROJECT, 'bin/run.js'), ...argv], {
    cwd: sandbox.folder,
    env: sandbox.env,
    input,
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
    timeout: LIMIT_MS,
  });
  return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString() };
}

function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe.each(['guest', 'server'])('lab exec in %s', (member) => {
  it('passes on every byte, both ways', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const bytes = Buffer.concat([all, randomBytes(5_000_000), all]);
    const { exitCode, stdout } = await exec(['-i'], member, 'cat', bytes);
    expect([exitCode, stdout.length, sha(stdout)]).toEqual([0, bytes.length, sha(bytes)]);
  });

  it('gives no input that was not asked for', async () => {
    expect((await exec([], member, 'cat', Buffer.from('text'))).stdout.toString()).toBe('');
  });

  it('keeps both outputs apart, also more than the guest agent could, and says how the command ended', async () => {
    const { exitCode, stdout, stderr } = await exec(
      [],
      member,
      'echo err >&2; head -c 30000000 /dev/zero; exit 7',
    );
    expect([exitCode, stdout.length, stderr]).toEqual([7, 30_000_000, 'err\n']);
    expect((await exec([], member, 'kill -9 $$')).exitCode).toBe(137);
    expect((await exec([], member, 'kill -15 $$')).exitCode).toBe(143);
    expect((await exec([], member, 'exec no-such-program')).exitCode).toBe(127);
  });

  it('ends a command with all that it has started when its time is up', async () => {
    const began = Date.now();
    const script = 'sleep 94.13 & setsid sleep 94.13 & sleep 94.13';
    const { exitCode, stderr } = await exec(['--timeout', '2'], member, script);
    expect(exitCode, stderr).toBe(124);
    expect(stderr).toContain('LAB-EXEC-TIMEOUT');
    expect(Date.now() - began).toBeLessThan(20_000);
    const left =
      'for file in /proc/[0-9]*/cmdline; do tr "\\0" " " <"$file"; echo; done 2>/dev/null | grep -c "^sleep 94.13"';
    expect((await exec([], member, left)).stdout.toString()).toBe('0\n');
  });

  it('leaves nothing behind if it is killed', async () => {
    const running = sandbox.start('exec', LAB, member, '--', 'sleep', '93.17');
    const count =
      'for file in /proc/[0-9]*/cmdline; do tr "\\0" " " <"$file"; echo; done 2>/dev/null | grep -c "^sleep 93.17"';
    const counted = async (): Promise<string> => (await exec([], member, count)).stdout.toString().trim();
    while ((await counted()) !== '1') await new Promise((resolve) => setTimeout(resolve, 100));
    running.kill('SIGKILL');
    await running;
    while ((await counted()) !== '0') await new Promise((resolve) => setTimeout(resolve, 100));
  });

  it('runs several commands at once, more than there are ports', async () => {
    const began = Date.now();
    const alone = await exec([], member, 'sleep 1');
    expect(alone.exitCode).toBe(0);
    const all = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => exec([], member, `sleep 1; echo ${index}`)),
    );
    expect(all.map(({ stdout }) => stdout.toString())).toEqual(all.map((_, index) => `${index}\n`));
    expect(Date.now() - began).toBeLessThan(LIMIT_MS);
  });

  it('gives bytes that are no text as such in JSON', async () => {
    const { stdout } = await exec(['--json'], member, "printf '\\377'");
    expect(JSON.parse(stdout.toString())).toMatchObject({ exitCode: 0, stdout: '/w==', encoding: 'base64' });
  });
});

describe.each(['guest', 'server'])('lab cp and %s', (member) => {
  it('brings a folder there and back', async () => {
    const folder = join(sandbox.folder, `tree-${member}`);
    const long = 'a-long-name-'.repeat(15);
    mkdirSync(join(folder, long, long), { recursive: true });
    const bytes = randomBytes(2_000_000);
    writeFileSync(join(folder, long, long, 'it\'s $a "file"'), bytes, { mode: 0o750 });
    symlinkSync('nowhere', join(folder, 'link'));
    const place = member === 'guest' ? '/tmp' : sandbox.folder;
    const there = join(place, `copy-${member}`);
    const into = await sandbox.lab('cp', LAB, folder, `${member}:${there}`);
    expect(into.exitCode, into.stderr).toBe(0);
    const back = await sandbox.lab('cp', LAB, `${member}:${there}`, `back-${member}`);
    expect(back.exitCode, back.stderr).toBe(0);
    const got = join(sandbox.folder, `back-${member}`);
    expect(sha(readFileSync(join(got, long, long, 'it\'s $a "file"')))).toBe(sha(bytes));
    expect(readlinkSync(join(got, 'link'))).toBe('nowhere');
  });

  it('brings a file that has no size, and says what is not there', async () => {
    const { exitCode, stderr } = await sandbox.lab('cp', LAB, `${member}:/proc/cpuinfo`, `cpu-${member}`);
    expect(exitCode, stderr).toBe(0);
    expect(readFileSync(join(sandbox.folder, `cpu-${member}`), 'utf8')).toContain('processor');
    const missing = await sandbox.lab('cp', LAB, `${member}:/no/such`, '.');
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('LAB-CP-SOURCE')]);
    expect(readdirSync(sandbox.folder).filter((name) => name.startsWith('.lab-cp'))).toEqual([]);
  });
});

it('lab cp out of a hostile guest writes nothing outside', async () => {
  const evil =
    'mkdir /tmp/evil; ln -s ../../../.. /tmp/evil/up; ln -s /etc /tmp/evil/etc; echo x >/tmp/evil/file; mknod /tmp/evil/pipe p';
  await exec([], 'guest', evil);
  const { exitCode, stderr } = await sandbox.lab('cp', LAB, 'guest:/tmp/evil', 'evil');
  expect(exitCode, stderr).toBe(0);
  expect(readdirSync(join(sandbox.folder, 'evil'))).toEqual(['file']);
  expect(stderr).toMatch(/left out .*up/);
  expect(stderr).toMatch(/left out .*etc/);
});

it('lab logs -f goes on until Ctrl-C', async () => {
  const running = sandbox.start('logs', '-f', LAB, 'guest.console');
  let text = '';
  running.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  while (!text.includes('BusyBox')) await new Promise((resolve) => setTimeout(resolve, 50));
  await exec([], 'guest', 'echo something new >/dev/ttyS0');
  while (!text.includes('something new')) await new Promise((resolve) => setTimeout(resolve, 50));
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
});

it('a second lab console is told of the first', async () => {
  const first = execa(process.execPath, [join(PROJECT, 'bin/run.js'), 'console', LAB], {
    env: sandbox.env,
    stdin: 'pipe',
    reject: false,
  });
  let text = '';
  first.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  first.stdin.write('\n');
  while (text === '') await new Promise((resolve) => setTimeout(resolve, 50));
  const second = await sandbox.lab('console', LAB);
  expect([second.exitCode, second.stderr]).toEqual([2, expect.stringContaining(`process ${first.pid ?? 0}`)]);
  expect(second.stderr).toContain('LAB-CONSOLE-BUSY');
  first.kill();
  await first;
});
