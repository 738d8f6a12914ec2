import type { Environment } from '../../model/environment.js';
import type { Task } from '../../model/task.js';
import type { Toolchain } from '../../toolchain/types.js';
import type { BuildContext } from '../build-context.js';

/** Which package manager and which habits an image has. `rhel`: Red Hat Enterprise Linux and what is built like it, Rocky Linux among it. */
export type Family = 'debian' | 'rhel';

/** A file that comes with lab and is put into the image. */
export interface ComponentFile {
  /** Below src/images/components/files. */
  readonly source: string;
  /** Absolute path in the image. */
  readonly target: string;
  readonly mode: number;
}

/** What a component installs into an image of one family. */
export interface FamilyRecipe {
  /** Names of the distribution's packages. */
  readonly packages: readonly string[];
  readonly files?: readonly ComponentFile[];
  /** Run in the image as root with `sh -e`, after its packages and files are there. */
  readonly script?: string;
  /**
   * Puts into the cache what `build` takes from there and others take too. It runs before the image's folder is held: other images
   * can be built meanwhile, however long it takes.
   */
  readonly prepare?: (version: string, context: BuildContext, task: Task) => Promise<void>;
  /** Built on this computer, where the distribution has no package of it. */
  readonly build?: (build: ArtefactBuild, task: Task) => Promise<void>;
  /** Whether what `build` makes fits one kernel alone. */
  readonly perKernel?: boolean;
  /** All that `build` depends on and that the version alone does not say. */
  readonly buildInputs?: (version: string, toolchain: Pick<Toolchain, 'kubernetes'>) => string;
}

/** What a component builds on this computer, with what it has to do it. */
export interface ArtefactBuild {
  /** The version that was asked for; empty where the component has none of its own. */
  readonly version: string;
  /** An empty folder for whatever the build needs. */
  readonly scratch: string;
  /** An empty folder, whose content is put into the image as it is. */
  readonly root: string;
  /** Of the kernel that the image boots; null when the base does not tell. */
  readonly kernelRelease: string | null;
  /** Of the image so far, with their versions. */
  readonly packages: Readonly<Record<string, string>>;
  readonly toolchain: Toolchain;
  /** Debian mirror's URL that the user asked for. */
  readonly mirror: string | undefined;
  /** See debianKeyring. */
  readonly keyring: string | undefined;
  readonly environment: Environment;
}

/** A part that is added to a base. */
export interface Component {
  readonly name: string;
  /** One line for `lab image list` and the documentation. */
  readonly summary: string;
  /** The pinned version; absent where the distribution's package decides. */
  readonly version?: string;
  readonly families: Readonly<Record<Family, FamilyRecipe>>;
  /** Asks, in the running guest, with `sh -e`, whether it works; exit code 0 if so. The last line that it prints is its version. */
  readonly verify: string;
}
