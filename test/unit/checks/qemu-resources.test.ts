import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readResources, smallMappingsKiB } from '../../../src/checks/hotplug-free/qemu-resources.js';
import type { Host } from '../../../src/hosts/host.js';
import { run } from '../../../src/process/run.js';

/** This computer, outside any namespace. */
const here: Host = {
  description: 'this computer',
  putFile: async () => Promise.reject(new Error('nothing is put here')),
  run: async (argv, options) => run(argv, options),
};

function mapping(range: string, name: string, size: number, anonymous: number): string {
  return [
    `${range} rw-p 00000000 00:00 0                          ${name}`,
    `Size:           ${String(size).padStart(8)} kB`,
    'KernelPageSize:        4 kB',
    'Rss:                4000 kB',
    'Pss_Anon:              7 kB',
    `Anonymous:      ${String(anonymous).padStart(8)} kB`,
    'AnonHugePages:      2048 kB',
    'VmFlags: rd wr mr mw me ac',
    '',
  ].join('\n');
}

describe('smallMappingsKiB', () => {
  it('sums the anonymous pages of all mappings but the large ones', () => {
    const smaps = [
      mapping('55d0a0000000-55d0a0021000', '[heap]', 132, 100),
      mapping('7f0000000000-7f0020000000', '', 524_288, 200_000),
      mapping('7f0020000000-7f0020fff000', '', 16_380, 11),
      mapping('7f0030000000-7f0031000000', '', 16_384, 5000),
      mapping('7ffe00000000-7ffe00021000', '/usr/lib/a file with spaces.so', 132, 3),
    ].join('');
    expect(smallMappingsKiB(smaps)).toBe(114);
  });

  it('of nothing is nothing', () => {
    expect(smallMappingsKiB('')).toBe(0);
  });
});

describe('readResources', () => {
  it('sees a file that a process opens, and memory that it has', async () => {
    const shell = execa('sh', ['-c', 'echo; read -r line; exec 9</dev/null; echo; read -r line'], {
      stdin: 'pipe',
    });
    const said = shell.iterable();
    await said.next();
    const before = await readResources(here, shell.pid ?? 0);
    shell.stdin.write('open\n');
    await said.next();
    const after = await readResources(here, shell.pid ?? 0);
    shell.stdin.end('end\n');
    await shell;
    expect(after.openFiles).toBe(before.openFiles + 1);
    expect(before.smallMappingsKiB).toBeGreaterThan(20);
  });

  it('throws for a process that has gone', async () => {
    await expect(readResources(here, 2 ** 30)).rejects.toThrow('No such file');
  });
});
