import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../model/digest.js';
import { shippedFile } from '../../model/folders.js';
import type { DiskSource } from '../../model/lab.js';
import type { Task } from '../../model/task.js';
import { renderTemplate } from '../../render/templates.js';
import type { BuildContext } from '../build-context.js';
import { obtainDisk, sourceDigest } from '../disk/obtain.js';
import { unusableBase } from '../disk/qcow2.js';
import { guestfsEnvironment } from '../guestfs/environment.js';
import { lastErrors, runGuestfs } from '../guestfs/run.js';
import { requireLibguestfs } from '../guestfs/requirements.js';
import { DISK } from '../layers/layer.js';
import type { LayerWork } from '../layers/layer-work.js';
import type { LayerOutcome, PlannedLayer } from '../layers/planned-layer.js';
import { makeDiskBootFiles } from './boot-files.js';
import { readDiskFacts } from './inspect.js';

declare module '../../render/templates.js' {
  interface Views {
    'images/rhel-base.fish': { readonly title: string };
  }
}

/** Raised when what is done with a base's disk changes in a manner that its script and templates do not show. */
const FORMAT = 1;
const BASE_SYSTEM = 'images/rhel/files/base-system.sh';

function baseDigest(source: DiskSource, cache: string): string {
  const inputs = [
    FORMAT,
    sourceDigest(source, cache),
    readFileSync(shippedFile(BASE_SYSTEM), 'utf8'),
    ...['images/disk-init', 'images/rhel-base.fish'].map((name) =>
      readFileSync(shippedFile(`templates/${name}.hbs`), 'utf8'),
    ),
  ];
  return digestOf(inputs);
}

/**
 * A base that is a disk with Rocky Linux, or with what is built like it: fetched or copied, checked, and made a guest of a lab. Throws
 * UsageError when it is a file that nothing can be built on.
 */
export function diskBaseLayer(title: string, source: DiskSource, cache: string): PlannedLayer {
  return {
    digest: baseDigest(source, cache),
    parent: null,
    title,
    family: 'rhel',
    components: [],
    build: async (work, _, context, task) => buildBase(title, source, work, context, task),
  };
}

async function buildBase(
  title: string,
  source: DiskSource,
  work: LayerWork,
  context: BuildContext,
  task: Task,
): Promise<LayerOutcome> {
  // Before minutes of fetching.
  requireLibguestfs();
  const from = source.kind === 'file' ? source.path : source.url;
  const disk = join(work.result, DISK);
  await obtainDisk(source, disk, work, task);
  const said = await takeApart(title, from, disk, work, context, task);
  const facts = readDiskFacts(said, from);
  work.log(`${facts.system}, its root on ${facts.root} (${facts.fileSystem})`);
  const kernelRelease = await makeDiskBootFiles(facts, from, work, context.toolchain);
  return { packages: facts.packages, kernelRelease, source: from };
}

/** Returns what guestfish printed; the archives that it took out are in the scratch folder. */
async function takeApart(
  title: string,
  from: string,
  disk: string,
  work: LayerWork,
  context: BuildContext,
  task: Task,
): Promise<string> {
  copyFileSync(shippedFile(BASE_SYSTEM), join(work.scratch, 'base-system.sh'));
  writeFileSync(join(work.scratch, 'base.fish'), renderTemplate('images/rhel-base.fish', { title }));
  const environment = await guestfsEnvironment(work.scratch, context, task);
  const { exitCode, stdout, stderr } = await runGuestfs(
    ['guestfish', '-v', '--format=qcow2', '-a', disk, '-i', '-f', 'base.fish'],
    { folder: work.scratch, environment, work: { ...work, log: work.record } },
    task,
  );
  if (exitCode === 0 && stdout.includes('lab-section end')) return stdout;
  // What it says of the system may be why the rest failed.
  if (stdout.includes('lab-section work')) readDiskFacts(stdout, from);
  throw unusableBase(
    from,
    'is not a readable disk with a single Linux system',
    `see the log of the build: ${work.logFile}; truncated disks, encrypted disks and disks with several systems are refused`,
    new Error(lastErrors(stderr)),
  );
}
