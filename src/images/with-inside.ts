import {
  constants,
  copyFileSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { digestOf } from '../model/digest.js';
import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import { isWhole } from '../process/whole-folder.js';
import type { BootImage } from './boot-image.js';
import type { BuildContext } from './build-context.js';
import { buildFolder } from './build-folder.js';
import { digestOfFile } from './disk/file-digest.js';
import { imagesFolder } from './layers/store.js';
import { packRoot } from './micro/pack-root.js';

/** Raised when the archive is put together in another way. */
const FORMAT = 1;

/** Where a machine that runs machines finds what those boot. */
const FOLDER = 'inside';

/** cpio(1) fills its archives up to whole blocks; the kernel wants the next one on a multiple of 4, and passes over zeros. */
const BLOCK_BYTES = 512;

/** A machine that runs inside another, and what it boots. */
export interface InsideMachine {
  readonly machine: string;
  readonly image: BootImage;
}

/**
 * An image with what the machines inside it boot: `/inside/MACHINE.kernel` and `/inside/MACHINE.initrd`, in a second archive after the
 * image's own, which Linux unpacks one after the other. What several machines share is in it once. Each may itself be such an image.
 * Built once for each content.
 */
export async function withInside(
  image: BootImage,
  inside: readonly InsideMachine[],
  { toolchain, environment }: Pick<BuildContext, 'toolchain' | 'environment'>,
  task: Task,
): Promise<BootImage> {
  if (inside.length === 0) return image;
  const contentDigest = digestOf([FORMAT, image.digest, contentsOf(inside)]);
  const folder = join(imagesFolder(environment.cache), FOLDER, contentDigest.slice(0, 32));
  const initrd = join(folder, 'initrd');
  const combined = { ...image, initrd, digest: contentDigest };
  if (isWhole(folder)) return combined;
  const names = inside.map(({ machine }) => machine).join(', ');
  await withStep(task, `Add ${names} to the outer machine’s image`, async () =>
    buildFolder(
      folder,
      async (result, scratch) => {
        const root = join(scratch, 'root');
        await fillInside(join(root, FOLDER), inside, task);
        const archive = join(scratch, 'archive');
        await packRoot(root, archive, toolchain.bin);
        await concatenate([image.initrd, archive], join(result, 'initrd'));
      },
      task,
    ),
  );
  return combined;
}

function contentsOf(inside: readonly InsideMachine[]): string[] {
  return inside.map(({ machine, image }) => `${machine} ${image.digest}`).sort();
}

async function fillInside(folder: string, inside: readonly InsideMachine[], task: Task): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const placed = new Map<string, string>();
  for (const { machine, image } of inside) {
    await place(image.kernel, join(folder, `${machine}.kernel`), placed, task);
    await place(image.initrd, join(folder, `${machine}.initrd`), placed, task);
  }
}

/** `placed`: the files that are there already, by their content. Different images may have the same kernel. */
async function place(source: string, target: string, placed: Map<string, string>, task: Task): Promise<void> {
  const content = await digestOfFile(source, task);
  const same = placed.get(content);
  if (same !== undefined) {
    symlinkSync(basename(same), target);
    return;
  }
  copyFileSync(source, target, constants.COPYFILE_FICLONE);
  placed.set(content, target);
}

/** One after the other, each filled up with zeros to whole blocks. */
async function concatenate(archives: readonly string[], target: string): Promise<void> {
  for (const archive of archives) {
    await pipeline(createReadStream(archive), createWriteStream(target, { flags: 'a' }));
    truncateSync(target, Math.ceil(statSync(target).size / BLOCK_BYTES) * BLOCK_BYTES);
  }
}
