// Checks src/ and bundles it to dist/, copies what is not TypeScript, and writes the command manifest that makes `lab` start quickly.
import { execFileSync } from 'node:child_process';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from './build/bundle.js';
import { licencesOf } from './build/licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
// Beside the old one, so that a build that fails, or a `lab` that runs meanwhile, finds dist/ whole.
const fresh = 'dist.new';
rmSync(fresh, { recursive: true, force: true });
const bundled = await bundle(root, fresh);
writeFileSync(`${fresh}/THIRD-PARTY.txt`, licencesOf(bundled));
for (const folder of ['templates', 'images']) {
  cpSync(`src/${folder}`, `${fresh}/${folder}`, { recursive: true, filter: (path) => !path.endsWith('.ts') });
}
rmSync('dist', { recursive: true, force: true });
renameSync(fresh, 'dist');

const { Plugin } = await import('@oclif/core');
const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
await plugin.load();
writeFileSync('oclif.manifest.json', JSON.stringify(plugin.manifest));
