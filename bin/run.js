#!/usr/bin/env node
import { withRecentNode } from './node.js';

// Imported only then: an old Node may not even parse it.
withRecentNode(() => import('../dist/cli/main.js').then(({ main }) => main(import.meta.url)));
