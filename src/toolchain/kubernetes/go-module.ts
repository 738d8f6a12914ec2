import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../../model/folders.js';

/** A Go module that comes with lab: `kubernetes`, which links Kubernetes itself, and `kubernetes-node`, which does not. */
export type ShippedModule = 'kubernetes' | 'kubernetes-node';

export function moduleFolder(module: ShippedModule): string {
  return shippedFile(`images/components/files/${module}`);
}

/** All that a module's programs are built from, as text: tests, and what only they use, are not. */
export function moduleSources(module: ShippedModule): string {
  const folder = moduleFolder(module);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(go|mod|sum)$/.test(name) && !name.endsWith('_test.go') && !name.startsWith('fake'))
    .sort()
    .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`)
    .join('\n');
}

/** The oldest Go that serves for a go.mod: `1.26.0`. */
export function goVersionOf(goMod: string): string {
  const version = /^go (\S+)$/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('the go.mod names no Go version');
  return version.split('.').length === 2 ? `${version}.0` : version;
}

/**
 * The go.mod for a version of Kubernetes, from that version's own. Kubernetes takes its staging modules from its own source tree, which
 * the module proxy does not serve: outside of it they are modules of the matching version. What else is needed, `go mod tidy` adds.
 */
export function goModFor(version: string, ownGoMod: string): string {
  const staging = [...ownGoMod.matchAll(/^\s*(?:replace )?(k8s\.io\/[a-z-]+) => \.\/staging\//gm)].map(
    ([, module]) => module,
  );
  if (staging.length === 0) throw new Error('the go.mod of Kubernetes replaces no staging module');
  const moduleVersion = version.replace(/^1\./, 'v0.');
  const godebug = /^godebug default=\S+$/m.exec(ownGoMod)?.[0];
  return [
    'module sriov-lab/kubernetes',
    `go ${goVersionOf(ownGoMod)}`,
    ...(godebug === undefined ? [] : [godebug]),
    `require k8s.io/kubernetes v${version}`,
    ...staging.map((module) => `replace ${module ?? ''} => ${module ?? ''} ${moduleVersion}`),
    '',
  ].join('\n');
}
