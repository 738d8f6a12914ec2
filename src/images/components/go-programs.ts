import { cpSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../../model/folders.js';
import type { Task } from '../../model/task.js';
import { findGo, runGo, type Go } from '../../toolchain/go.js';
import type { ArtefactBuild, FamilyRecipe } from './component.js';

/** A Go module that comes with lab, and what is built of it. Its go.sum vouches for all that the module proxy sends. */
export interface GoPrograms {
  /** Below src/images/components/files. */
  readonly module: string;
  /** Of other modules as well, as `go build` takes them. */
  readonly packages: readonly string[];
  /** For the linker's -X: a variable that gets the version. */
  readonly versionVariable?: string;
  /** Of the module that has a version of its own; another version than the one in go.mod is checked with Go's checksum database. */
  readonly versioned: { readonly module: string; readonly pinned: string };
}

/** Where a container runtime looks for plugins by default. */
const FOLDER = '/opt/cni/bin';

function moduleFolder({ module }: GoPrograms): string {
  return shippedFile(`images/components/files/${module}`);
}

/** All of it that the programs are built from, as text: tests are not. */
function inputsOf(programs: GoPrograms): string {
  const folder = moduleFolder(programs);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(go|mod|sum)$/.test(name) && !name.endsWith('_test.go'))
    .sort();
  return [...programs.packages, ...sources.map((name) => readFileSync(join(folder, name), 'utf8'))].join(
    '\n',
  );
}

async function chooseVersion(
  go: Go,
  { versioned }: GoPrograms,
  module: string,
  build: ArtefactBuild,
  task: Task,
): Promise<void> {
  if (build.version === versioned.pinned) return;
  const folders = { module, scratch: build.scratch };
  await runGo(go, ['get', `${versioned.module}@v${build.version}`], folders, task);
  await runGo(go, ['mod', 'tidy'], folders, task);
}

/** Throws ToolchainError with Go's own words if it fails. */
async function buildGoPrograms(programs: GoPrograms, build: ArtefactBuild, task: Task): Promise<void> {
  const folder = join(build.scratch, 'module');
  const target = join(build.root, FOLDER);
  mkdirSync(target, { recursive: true });
  cpSync(moduleFolder(programs), folder, { recursive: true });
  const go = await findGo(build, task);
  await chooseVersion(go, programs, folder, build, task);
  task.detail(`building ${programs.module} ${build.version}`);
  const version =
    programs.versionVariable === undefined ? '' : ` -X ${programs.versionVariable}=v${build.version}`;
  await runGo(
    go,
    ['build', '-trimpath', `-ldflags=-s -w${version}`, '-o', `${target}/`, ...programs.packages],
    { module: folder, scratch: build.scratch },
    task,
  );
}

/** Builds CNI plugins on this computer, without libraries: the same for every distribution. */
export function goRecipe(programs: GoPrograms): FamilyRecipe {
  return {
    packages: [],
    build: async (build, task) => buildGoPrograms(programs, build, task),
    buildInputs: () => inputsOf(programs),
  };
}
