import { environmentIn } from '../../support/environment.js';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BootImage } from '../../../src/images/boot-image.js';
import { withInside } from '../../../src/images/with-inside.js';
import { silentTask } from '../../../src/model/task.js';
import type { Toolchain } from '../../../src/toolchain/types.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** Its archive is the list of what it was to pack, with where links lead. */
const busybox = `#!/bin/sh
echo call >> "\${0%/*}/calls"
while read -r path; do echo "$path$(readlink "$path" | sed 's/^/ -> /')"; done`;

beforeEach(() => {
  writeFileSync(join(scratch(), 'busybox'), busybox);
  chmodSync(join(scratch(), 'busybox'), 0o755);
});

function image(name: string, kernel: string, initrd: string): BootImage {
  mkdirSync(join(scratch(), name));
  const made = {
    kernel: join(scratch(), name, 'kernel'),
    initrd: join(scratch(), name, 'initrd'),
    disk: null,
    digest: name,
  };
  writeFileSync(made.kernel, kernel);
  writeFileSync(made.initrd, initrd);
  return made;
}

async function around(outer: BootImage, inside: Parameters<typeof withInside>[1]): Promise<BootImage> {
  const toolchain = { bin: scratch() } as unknown as Toolchain;
  return withInside(outer, inside, { toolchain, environment: environmentIn(scratch()) }, silentTask());
}

function calls(): number {
  return readFileSync(join(scratch(), 'calls'), 'utf8').trim().split('\n').length;
}

describe('an image with what machines inside it boot', () => {
  it('is the image, and after it a second archive on a whole block', async () => {
    const server = image('server', 'K', 'outer');
    const made = await around(server, [{ machine: 'guest', image: image('micro', 'k', 'i') }]);
    const bytes = readFileSync(made.initrd);
    expect(bytes.length % 512).toBe(0);
    expect(bytes.toString('latin1', 0, 512)).toBe(`outer${'\0'.repeat(507)}`);
    expect(bytes.toString('latin1', 512).replace(/\0+$/, '')).toBe(
      'inside\ninside/guest.initrd\ninside/guest.kernel\n',
    );
    expect(made.kernel).toBe(server.kernel);
  });

  it('has equal files once, also those of different images', async () => {
    const micro = image('micro', 'same kernel', 'i');
    const made = await around(image('server', 'K', 'o'), [
      { machine: 'a', image: micro },
      { machine: 'b', image: micro },
      { machine: 'c', image: image('other', 'same kernel', 'another') },
    ]);
    const archive = readFileSync(made.initrd, 'latin1').slice(512).replace(/\0+$/, '');
    expect(archive.trim().split('\n')).toEqual([
      'inside',
      'inside/a.initrd',
      'inside/a.kernel',
      'inside/b.initrd -> a.initrd',
      'inside/b.kernel -> a.kernel',
      'inside/c.initrd',
      'inside/c.kernel -> a.kernel',
    ]);
  });

  it('is built once for each content, whatever the order', async () => {
    const [server, micro] = [image('server', 'K', 'o'), image('micro', 'k', 'i')];
    const inside = ['a', 'b'].map((machine) => ({ machine, image: micro }));
    const made = await around(server, inside);
    expect(await around(server, [...inside].reverse())).toEqual(made);
    expect(calls()).toBe(1);
    const other = { ...micro, digest: 'newer' };
    const remade = await around(
      server,
      inside.map(({ machine }) => ({ machine, image: other })),
    );
    expect(remade.digest).not.toBe(made.digest);
    const renamed = await around(server, [{ machine: 'c', image: micro }]);
    expect(new Set([made, remade, renamed].map(({ initrd }) => initrd)).size).toBe(3);
  });

  it('goes into the next one: three levels', async () => {
    const hypervisor = image('server', 'K', 'o');
    const middle = await around(hypervisor, [{ machine: 'guest', image: image('micro', 'k', 'i') }]);
    const outer = await around(hypervisor, [{ machine: 'middle', image: middle }]);
    expect(outer.digest).not.toBe(middle.digest);
    expect(readFileSync(outer.initrd, 'latin1')).toContain('inside/middle.initrd');
  });

  it('is the image itself when nothing is inside', async () => {
    const server = image('server', 'K', 'o');
    expect(await around(server, [])).toBe(server);
  });
});
