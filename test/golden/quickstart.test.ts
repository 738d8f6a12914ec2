import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderLab } from '../../src/lab/artefacts.js';
import { readLab } from '../../src/definition/read-lab.js';
import { packageFolder } from '../../src/model/folders.js';

// The files of quickstart/ are what `lab render quickstart` writes. After a change that was meant:
//   npx vitest run --project golden -u
const folder = fileURLToPath(new URL('quickstart', import.meta.url));
const { lab } = readLab(join(packageFolder(), 'labs/quickstart'));

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(path, name)).isFile())
    .sort();
}

describe('the artefacts of labs/quickstart', () => {
  const artefacts = renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' });

  it.each(artefacts)('$path', async ({ path, content }) => {
    await expect(content).toMatchFileSnapshot(join(folder, path));
  });

  it('are these files and no others', () => {
    expect(filesIn(folder)).toEqual(artefacts.map(({ path }) => path).sort());
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

describe('what lab bench makes the environments of labs/offload-tap with', () => {
  const bench = renderLab(readLab(join(packageFolder(), 'labs/offload-tap')).lab, {
    vhostNet: false,
    accelerator: 'tcg', acceleratorInside: 'tcg'
  }).filter(({ path }) => path.startsWith('bench/'));

  it.each(bench)('$path', async ({ path, content }) => {
    await expect(content).toMatchFileSnapshot(fileURLToPath(new URL(`offload-tap/${path}`, import.meta.url)));
  });
});

describe('the resolved labs/quickstart', () => {
  it('is this', () => {
    expect(lab).toMatchSnapshot();
  });
});
