import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { silentTask } from '../../../src/model/task.js';
import { download } from '../../../src/images/disk/download.js';
import { serveFile, type FileServer, type ServerOptions } from '../../support/file-server.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let server: FileServer | undefined;

afterEach(async () => {
  await server?.close();
});

function target(): string {
  return join(scratch(), 'downloads/disk');
}

async function fetchIt(options: ServerOptions & { digest?: string; signal?: AbortSignal } = {}) {
  server = await serveFile(content, options);
  const seen: [number, number | undefined][] = [];
  await download(
    {
      url: `${server.url}/disk.qcow2`,
      sha256: options.digest ?? sha256,
      target: target(),
      onBytes: (...bytes) => seen.push(bytes),
    },
    silentTask(options.signal),
  );
  return { seen, requests: server.requests };
}

async function attempt(options: ServerOptions & { digest?: string; signal?: AbortSignal } = {}) {
  return fetchIt(options).then(
    () => undefined,
    (error: unknown) => error as { code?: string; message: string },
  );
}

describe('download', () => {
  it('fetches a file and says how much has come of how much', async () => {
    const { seen } = await fetchIt();
    expect(readFileSync(target()).equals(content)).toBe(true);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(existsSync(`${target()}.part`)).toBe(false);
  });

  it('goes on by itself where the connection broke', async () => {
    const { requests } = await fetchIt({ breaksAfter: [100_000, 50_000] });
    expect(readFileSync(target()).equals(content)).toBe(true);
    expect(requests).toHaveLength(3);
    expect(requests.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });

  it('goes on where an earlier attempt was interrupted', async () => {
    const early = await attempt({ breaksAfter: [120_000, 0, 0, 0, 0, 0, 0, 0] });
    expect(early).toMatchObject({ code: 'LAB-IMAGE-DOWNLOAD' });
    expect(existsSync(target())).toBe(false);
    const have = readFileSync(`${target()}.part`).length;
    expect(have).toBeGreaterThan(0);
    await server?.close();
    const { requests } = await fetchIt();
    expect(requests).toEqual([`bytes=${have}-`]);
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  it('begins again with a server that sends all whatever it is asked', async () => {
    await attempt({ breaksAfter: [120_000, 0, 0, 0, 0, 0, 0, 0] });
    await server?.close();
    await fetchIt({ ignoresRanges: true });
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  it('has it when all had come before', async () => {
    await fetchIt();
    writeFileSync(`${target()}.part`, content);
    await server?.close();
    const { requests } = await fetchIt();
    expect(requests).toEqual([`bytes=${content.length}-`]);
  });

  it('keeps nothing whose checksum is wrong, and says both', async () => {
    const digest = 'f'.repeat(64);
    const error = await attempt({ digest });
    expect(error).toMatchObject({ code: 'LAB-IMAGE-CHECKSUM' });
    expect(error?.message).toContain(sha256);
    expect(error?.message).toContain(digest);
    expect([target(), `${target()}.part`].filter((path) => existsSync(path))).toEqual([]);
  });

  it('does not ask a server again that has refused', async () => {
    const error = await attempt({ status: 404 });
    expect(error).toMatchObject({ code: 'LAB-IMAGE-DOWNLOAD', cause: { message: '404 Not Found' } });
    expect(server?.requests).toHaveLength(1);
  });

  it('ends when it is told to, and keeps what has come', async () => {
    const controller = new AbortController();
    const running = attempt({ slowly: { bytes: 10_000, ms: 20 }, signal: controller.signal });
    await expect.poll(() => existsSync(`${target()}.part`), { timeout: 5000 }).toBe(true);
    controller.abort(new Error('stop'));
    expect(await running).toMatchObject({ message: 'stop' });
    expect(existsSync(`${target()}.part`)).toBe(true);
  });
});
