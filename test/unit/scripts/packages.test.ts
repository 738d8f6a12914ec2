import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ownerOf } from '../../../src/process/packages.js';
import { programsFor } from '../../../src/toolchain/requirements.js';

/** Packages that every Debian has, and those that come with one that set-up installs. */
const ALWAYS_THERE = ['apt', 'coreutils', 'dash', 'findutils', 'mawk', 'tar', 'supermin'];

describe('scripts/setup/packages.sh', () => {
  it('sees to the package of every program that lab runs', () => {
    const script = readFileSync('scripts/setup/packages.sh', 'utf8');
    const listed = [...script.matchAll(/^([a-z0-9-]+) (?:[a-z0-9-]+)$/gm)].map(([, name]) => name);
    const needed = Object.values(programsFor).flat();
    for (const program of [...needed, 'newuidmap', 'newgidmap']) {
      const owner = ownerOf(program);
      expect({ program, owner, isSeenTo: [...ALWAYS_THERE, ...listed].includes(owner ?? '') }).toEqual({
        program,
        owner,
        isSeenTo: true,
      });
    }
  });
});
