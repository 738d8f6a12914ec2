#!/usr/bin/env node
// Builds the sources if they have changed, then runs them.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

execFileSync('sh', [fileURLToPath(new URL('../scripts/setup/build.sh', import.meta.url))], {
  stdio: 'inherit',
});
await import('./run.js');
