import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { trafficView } from '../../src/checks/traffic/view.js';
import { vfView } from '../../src/checks/vf-view.js';
import { renderLab } from '../../src/lab/artefacts.js';
import { checkTarget } from '../../src/lab/check-target.js';
import { readLab } from '../../src/definition/read-lab.js';
import { findByName } from '../../src/model/lab.js';
import { packageFolder } from '../../src/model/folders.js';
import { renderTemplate, type Library as LibraryName } from '../../src/render/templates.js';

// The files of quickstart/ are what `lab render quickstart` writes, but that the shell library, which most scripts begin with, is in
// lib/ once, and a line in each script says where it stands. After a change that was meant:
//   npx vitest run --project golden -u
const folder = fileURLToPath(new URL('quickstart', import.meta.url));
const { lab } = readLab(join(packageFolder(), 'labs/quickstart'));

interface Library {
  readonly name: string;
  readonly text: string;
}

function libraries(names: readonly LibraryName[], view: object): Library[] {
  return names.map((name) => ({ name, text: renderTemplate(`checks/lib/${name}.sh`, view) }));
}

/** A script with a line in the place of each library. */
function withoutLibraries(content: string, shared: readonly Library[]): string {
  return shared.reduce(
    (shown, { name, text }) => shown.replaceAll(text, () => `# lib/${name}.sh stands here.\n`),
    content,
  );
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(path, name)).isFile())
    .sort();
}

describe('the artefacts of labs/quickstart', () => {
  const artefacts = renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' });

  const [traffic] = lab.checks.flatMap((request) =>
    request.check === 'traffic' ? [checkTarget(lab, request)] : [],
  );
  if (traffic === undefined) throw new Error('the lab has no check traffic');
  const shared = libraries(['tap', 'vf', 'namespaces', 'ping', 'settled'], trafficView(traffic, 'tcg'));

  it.each(artefacts)('$path', async ({ path, content }) => {
    await expect(withoutLibraries(content, shared)).toMatchFileSnapshot(join(folder, path));
  });

  it.each(shared)('the library $name', async ({ name, text }) => {
    await expect(text).toMatchFileSnapshot(join(folder, 'lib', `${name}.sh`));
  });

  it('contain each library whole', () => {
    for (const { text } of shared)
      expect(artefacts.filter(({ content }) => content.includes(text))).not.toEqual([]);
  });

  it('are these files and no others', () => {
    const names = [...artefacts.map(({ path }) => path), ...shared.map(({ name }) => `lib/${name}.sh`)];
    expect(filesIn(folder)).toEqual(names.sort());
  });

  it('are executable where they are scripts', () => {
    for (const { path, content, executable } of artefacts) {
      expect({ path, executable }).toEqual({ path, executable: content.startsWith('#!') || path.endsWith('.sh') });
    }
  });

  it('are the same each time, and lie within the lab’s folder', () => {
    expect(renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' })).toEqual(artefacts);
    for (const { path } of artefacts) expect(join('/x', dirname(path))).toMatch(/^\/x/);
  });

  it('differ under KVM and with vhost-net in just what depends on these', () => {
    const others = renderLab(lab, { vhostNet: true, accelerator: 'kvm', acceleratorInside: 'kvm' });
    const changed = others.flatMap(({ path, content }, index) => {
      const before = (artefacts[index]?.content ?? '').split('\n');
      return content
        .split('\n')
        .flatMap((line, number) => (line === before[number] ? [] : [`${path}: ${before[number] ?? ''} -> ${line}`]));
    });
    expect(changed.join('\n')).toMatchSnapshot();
  });
});

describe.each(['offload-tap', 'k8s-offload'])('what lab bench makes the containers of labs/%s with', (name) => {
  const { lab: offload } = readLab(join(packageFolder(), 'labs', name));
  const facts = { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' } as const;
  const bench = renderLab(offload, facts).filter(({ path }) => path.startsWith('bench/'));
  const [machine] = offload.machines;
  const nic = findByName(machine?.nics ?? [], offload.bench?.offload.nic ?? '');
  const shared = libraries(['tap', 'vf'], vfView({ nic }));

  it.each(bench)('$path', async ({ path, content }) => {
    await expect(withoutLibraries(content, shared)).toMatchFileSnapshot(fileURLToPath(new URL(`${name}/${path}`, import.meta.url)));
  });
});

describe('the resolved labs/quickstart', () => {
  it('is this', () => {
    expect(lab).toMatchSnapshot();
  });
});
