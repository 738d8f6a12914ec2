#!/usr/bin/env node
// Builds the sources if they have changed, then runs them.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { withRecentNode } from './node.js';

withRecentNode(() => {
  execFileSync('sh', [fileURLToPath(new URL('../scripts/setup/build.sh', import.meta.url))], {
    stdio: 'inherit',
  });
  return import('./run.js');
});
