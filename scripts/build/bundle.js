import { build } from 'esbuild';
import { readdirSync } from 'node:fs';

/** @oclif/core looks for these to run TypeScript as it is. A user's `lab` has none. */
const NEVER_LOADED = ['pnpapi', 'ts-node', 'typescript'];

/** The framework and some more are CommonJS and call `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/**
 * Bundles src/ and the packages it uses into the folder `target`: opening hundreds of small files is most of what a short command
 * takes. One file for each command, and parts that several share in chunks/. Returns the files of other packages that went in.
 */
export async function bundle(root, target) {
  const commands = readdirSync(`${root}/src/commands`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/commands/${name}`);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts', 'src/cli/command-not-found.ts', ...commands],
    outbase: 'src',
    outdir: target,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.13',
    external: NEVER_LOADED,
    // Handlebars compiles quicker without; nobody debugs a template step by step.
    alias: {
      'source-map': `${root}/scripts/build/no-source-map.js`,
      // oclif asks on every start, for the line that tells the version.
      'wsl-utils': `${root}/scripts/build/no-wsl.js`,
    },
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: 'warning',
  });
  return Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([file, { bytesInOutput }]) => file.startsWith('node_modules/') && bytesInOutput > 0)
    .map(([file]) => file);
}
