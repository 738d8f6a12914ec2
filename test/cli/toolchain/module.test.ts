import { readEnvironment } from '../../../src/cli/environment.js';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentTask } from '../../../src/model/task.js';
import { kernelModule } from '../../../src/toolchain/module-build/kernel-module.js';
import { vpVdpa } from '../../../src/toolchain/module-build/sources.js';
import { resolveToolchain } from '../../../src/toolchain/resolve.js';
import type { Toolchain } from '../../../src/toolchain/types.js';
import { fakeMmdebstrap, makeToolbox, type Toolbox } from './toolbox.js';

const RELEASE = '7.0.0-fake';

let toolbox: Toolbox;
let toolchain: Toolchain;

beforeEach(async () => {
  toolbox = makeToolbox();
  fakeMmdebstrap(toolbox, 'good');
  toolchain = await resolveToolchain({ environment: readEnvironment() }, silentTask());
  writeFileSync(join(toolchain.kernel.modules, 'modules.order'), 'kernel/vdpa.ko\n');
});
afterEach(() => {
  toolbox.dispose();
});

/** Stands for the namespace in which the tree's programs run: what `make` would build for `release`, or that it fails. */
function fakeCompiler(release: string | undefined): void {
  const build =
    release === undefined
      ? 'echo "vp_vdpa.c:1: error: unknown type" >&2; exit 2'
      : `printf 'vermagic=${release} SMP' > "$tree/build/vp_vdpa.ko"`;
  toolbox.fake('unshare', `shift 10; tree=$1\ncase $2 in make) ${build} ;; esac`);
}

async function ask(from = toolchain): Promise<string | undefined> {
  return kernelModule(
    vpVdpa,
    { toolchain: from, mirror: undefined, keyring: readEnvironment().debianKeyring },
    silentTask(),
  );
}

function modules(): string[] {
  return readdirSync(toolbox.toolchain)
    .filter((name) => !name.endsWith('.json'))
    .filter((name) => name.startsWith('vp_vdpa') || name.startsWith('.'));
}

describe('a module that the kernel lacks', () => {
  it('is built once, and nothing else of what it took is kept', async () => {
    fakeCompiler(RELEASE);
    const module = (await ask()) ?? '';
    expect(readdirSync(dirname(module)).sort()).toEqual(['module.json', 'vp_vdpa.ko']);
    toolbox.remove('mmdebstrap');
    expect(await ask()).toBe(module);
    expect(modules()).toHaveLength(1);
  });

  it('is built again when it is damaged', async () => {
    fakeCompiler(RELEASE);
    const module = (await ask()) ?? '';
    writeFileSync(module, 'vermagic=7.0.0-other SMP');
    expect(await ask()).toBe(module);
    expect(modules()).toHaveLength(1);
  });

  it.each([
    ['the mirror has no headers of the kernel', 'without-headers', RELEASE, 'LAB-TOOLCHAIN-MODULE-KERNEL'],
    ['it does not compile', 'good', undefined, 'LAB-TOOLCHAIN-MODULE-BUILD'],
    ['it comes out for another kernel', 'good', '7.0.1-fake', 'LAB-TOOLCHAIN-MODULE-BUILD'],
    ['the mirror is down', 'offline', RELEASE, 'LAB-TOOLCHAIN-MIRROR-UNREACHABLE'],
  ])('is an error, and leaves nothing, when %s', async (_, behaviour, release, code) => {
    fakeMmdebstrap(toolbox, behaviour);
    fakeCompiler(release);
    await expect(ask()).rejects.toMatchObject({ code });
    expect(modules()).toEqual([]);
  });

  it('is an error when the mirror has the headers of another build of the kernel', async () => {
    fakeCompiler(RELEASE);
    const other = { ...toolchain, packages: { [`linux-image-${RELEASE}`]: '7.0.0-1' } };
    await expect(ask(other)).rejects.toMatchObject({
      code: 'LAB-TOOLCHAIN-MODULE-KERNEL',
      problems: [{ hint: expect.stringContaining(dirname(toolchain.tree)) as string }],
    });
    expect(modules()).toEqual([]);
  });
});
