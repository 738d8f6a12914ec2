#!/usr/bin/env node
import { withRecentNode } from './node.js';

// Imported only then: an old Node may not even parse it.
withRecentNode(() =>
  import('../dist/cli/main.js').then(
    ({ main }) => main(import.meta.url),
    // What main itself tells does not come here.
    (error) => {
      const next =
        error.code === 'EMFILE'
          ? 'raise the limit: ulimit -n 1024'
          : 'install lab again; in a checkout: npm run build';
      console.error(`lab cannot be loaded: ${error.message}\n  next: ${next}`);
      process.exitCode = 2;
    },
  ),
);
