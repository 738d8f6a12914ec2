import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../../model/folders.js';
import { runOrThrow } from '../../process/run.js';
import { plainWord, quoteForShell } from '../../render/quote.js';
import { renderTemplate } from '../../render/templates.js';
import type { ResolvedComponent } from '../components/resolve.js';
import { gatherFiles } from '../gather-files.js';
import type { GuestfsEnvironment } from '../guestfs/environment.js';
import { pathsBelow } from '../micro/paths-below.js';

declare module '../../render/templates.js' {
  interface Views {
    'images/rhel-commands': CommandsView;
    'images/rhel-finish.sh': FinishView;
  }
}

type Part = Pick<ResolvedComponent, 'name' | 'recipe' | 'artefacts'>;

/** A file of the layer, as it has to be on the disk in the end. */
export interface LayerFile {
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
}

const TEMPLATES = ['images/rhel-commands', 'images/rhel-finish.sh'];
const FILES_SCRIPT = 'images/rhel/files/files.sh';

/** All that goes into every layer, as text. */
export function rhelLayerInputs(): string[] {
  return [FILES_SCRIPT, ...TEMPLATES.map((name) => `templates/${name}.hbs`)].map((path) =>
    readFileSync(shippedFile(path), 'utf8'),
  );
}

function titleOf(components: readonly Pick<Part, 'name'>[]): string {
  return components.map(({ name }) => name).join(', ');
}

function packagesOf(components: readonly Pick<Part, 'recipe'>[]): string[] {
  return [...new Set(components.flatMap(({ recipe }) => recipe.packages))];
}

/** What a person needs to run the commands once more. */
export interface ByHand {
  /** The disk of the layer below. */
  readonly below: string;
  readonly environment: GuestfsEnvironment;
  readonly program: readonly string[];
}

interface CommandsView {
  readonly title: string;
  /** The disk of the layer below. */
  readonly below: string;
  readonly program: string;
  /** Names, separated by commas. */
  readonly packages: string;
}

interface FinishView {
  readonly title: string;
  readonly packages: readonly string[];
  readonly files: readonly LayerFile[];
  readonly scripts: readonly { readonly name: string; readonly text: string }[];
}

/** The file that virt-customize is given: one command a line. */
export function customizeCommands(
  components: readonly Pick<Part, 'name' | 'recipe'>[],
  { below, environment, program }: ByHand,
): string {
  // The folders that are this build's own are gone when a person reads it.
  const told = Object.entries(environment).filter(([name]) => /^(LIBGUESTFS_BACKEND|SUPERMIN_)/.test(name));
  return renderTemplate('images/rhel-commands', {
    title: titleOf(components),
    below,
    program: [...told.map(([name, value]) => `${name}=${quoteForShell(value)}`), ...program].join(' '),
    packages: packagesOf(components).map(plainWord).join(','),
  });
}

/** The script that looks after what was installed, sets it up, and tells what there is. */
export function finishScript(
  components: readonly Pick<Part, 'name' | 'recipe'>[],
  files: readonly LayerFile[],
): string {
  return renderTemplate('images/rhel-finish.sh', {
    title: titleOf(components),
    packages: packagesOf(components),
    files,
    scripts: components.flatMap(({ name, recipe }) =>
      recipe.script === undefined ? [] : [{ name, text: recipe.script.trim() }],
    ),
  });
}

function filesIn(folder: string): LayerFile[] {
  return pathsBelow(folder)
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => ({
      path: `/${path}`,
      sha256: createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    }));
}

/** Fills `folder` with all that virt-customize is given for a layer; it stays beside the log, for people to read and to run again. */
export async function writeCustomizeFiles(
  components: readonly Part[],
  options: { folder: string; scratch: string; byHand: ByHand },
): Promise<void> {
  const { folder, scratch, byHand } = options;
  const files = join(scratch, 'files');
  gatherFiles(components, files);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const plain = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX', '--sort=name'];
  await runOrThrow(['tar', '-C', files, ...plain, '-cf', join(folder, 'files.tar'), '.']);
  copyFileSync(shippedFile(FILES_SCRIPT), join(folder, 'files.sh'));
  writeFileSync(join(folder, 'finish.sh'), finishScript(components, filesIn(files)));
  writeFileSync(join(folder, 'commands'), customizeCommands(components, byHand));
}
