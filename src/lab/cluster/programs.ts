import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { controlPlanePrograms } from '../../toolchain/kubernetes/program-names.js';
import { programPath, PROGRAMS_FOLDER } from './paths.js';

/** Links the programs of a control plane in `folder` to where the lab's services and scripts call them. */
export function linkPrograms(run: string, folder: string): void {
  rmSync(join(run, PROGRAMS_FOLDER), { recursive: true, force: true });
  mkdirSync(join(run, PROGRAMS_FOLDER), { recursive: true, mode: 0o700 });
  for (const name of controlPlanePrograms) symlinkSync(join(folder, name), join(run, programPath(name)));
}
