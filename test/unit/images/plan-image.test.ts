import { describe, expect, it } from 'vitest';
import { catalogued } from '../../../src/images/catalog.js';
import { planImage } from '../../../src/images/layers/plan-image.js';
import type { PlannedLayer } from '../../../src/images/layers/planned-layer.js';
import type { Image } from '../../../src/model/lab.js';

function image(...components: [string, string | null][]): Image {
  return {
    name: 'mine',
    base: 'debian-13',
    layers: components.map(([component, version]) => [{ component, version }]),
  };
}

function digests(of: Image, flavour: 'cloud' | 'generic' = 'cloud'): string[] {
  const found: string[] = [];
  for (let layer: PlannedLayer | null = planImage(of, flavour); layer !== null; layer = layer.parent)
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
    const recipe = catalogued('debian-13');
    expect(recipe?.layers.flat().map(({ component }) => component)).toContain('guest-agent');
    if (recipe !== undefined) expect(digests(recipe)).toHaveLength(recipe.layers.length + 1);
  });
});
