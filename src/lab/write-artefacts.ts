import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAt } from '../process/located.js';
import type { Artefact } from './artefacts.js';

/** Writes artefacts into a folder, scripts executable. */
export function writeArtefacts(folder: string, artefacts: readonly Artefact[]): void {
  for (const { path, content, executable } of artefacts) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileAt(file, content);
    if (executable) chmodSync(file, 0o755);
  }
}
