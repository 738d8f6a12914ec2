import { environmentIn } from '../../support/environment.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cataloguedImages } from '../../../src/images/catalog.js';
import { planImage } from '../../../src/images/layers/plan-image.js';
import type { PlannedLayer } from '../../../src/images/layers/planned-layer.js';
import type { Image } from '../../../src/model/lab.js';
import { qcow2 } from '../../support/qcow2.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', scratch());
});

function image(...components: [string, string | null][]): Image {
  return {
    name: 'mine',
    base: 'debian-13',
    source: null,
    layers: components.map(([component, version]) => [{ component, version }]),
  };
}

function digests(of: Image, flavour: 'cloud' | 'generic' = 'cloud'): string[] {
  const found: string[] = [];
  for (
    let layer: PlannedLayer | null = planImage(of, { kernelFlavour: flavour }, environmentIn(scratch()));
    layer !== null;
    layer = layer.parent
  )
    found.unshift(layer.digest);
  return found;
}

describe('planImage', () => {
  const before = digests(image(['guest-agent', null], ['ssh', null], ['cni-plugins', '1.9.1']));

  it('has a layer for the base and for each of the recipe’s', () => {
    expect(before).toHaveLength(4);
    expect(new Set(before).size).toBe(4);
  });

  it('changes only the last layer when only the last component changes', () => {
    const after = digests(image(['guest-agent', null], ['ssh', null], ['cni-plugins', '1.9.0']));
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(after[3]).not.toBe(before[3]);
  });

  it('changes all that is above a component that changes', () => {
    const after = digests(image(['guest-agent', null], ['measure', null], ['cni-plugins', '1.9.1']));
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).not.toBe(before[2]);
    expect(after[3]).not.toBe(before[3]);
  });

  it('says the same of a version that is pinned and one that is asked for', () => {
    expect(digests(image(['guest-agent', null], ['cni-plugins', null]))).toEqual(
      digests(image(['guest-agent', null], ['cni-plugins', '1.9.1'])),
    );
  });

  it('has another base for another kernel', () => {
    expect(digests(image(['guest-agent', null]), 'generic')[0]).not.toBe(before[0]);
  });

  it('plans every image of the catalogue, the guest agent among its components', () => {
    for (const recipe of cataloguedImages()) {
      expect(recipe.layers.flat().map(({ component }) => component)).toContain('guest-agent');
      expect(digests(recipe)).toHaveLength(recipe.layers.length + 1);
    }
  });

  it('goes by what a disk holds, and not by where it is', () => {
    const [one, other] = [join(scratch(), 'one.qcow2'), join(scratch(), 'other.qcow2')];
    for (const path of [one, other]) writeFileSync(path, qcow2());
    const on = (path: string): Image => ({ ...image(['ssh', null]), source: { kind: 'file', path } });
    expect(digests(on(one))).toEqual(digests(on(other)));
    writeFileSync(other, Buffer.concat([qcow2(), Buffer.from('more')]));
    expect(digests(on(one))).not.toContain(digests(on(other))[1]);
  });

  it('tells a disk that nothing can be built on', () => {
    const path = join(scratch(), 'disk.qcow2');
    const attempt = (): unknown => digests({ ...image(), source: { kind: 'file', path } });
    expect(attempt).toThrow('does not exist');
    writeFileSync(path, 'raw');
    expect(attempt).toThrow('is not a qcow2');
    writeFileSync(path, qcow2({ backing: 'below.qcow2' }));
    expect(attempt).toThrow('overlay');
    writeFileSync(path, qcow2({ features: 4n }));
    expect(attempt).toThrow('in another file');
  });
});
