import { expect, it } from 'vitest';
import { catalogued, withComponentVersion } from '../../../src/images/catalog.js';

it('has a node’s image in the version of its cluster', () => {
  const node = catalogued('kubernetes-node');
  if (node === undefined) throw new Error('no image for nodes');
  const uses = withComponentVersion(node, 'kubernetes', '1.36.1').layers.flat();
  expect(uses.filter(({ version }) => version !== null)).toEqual([
    { component: 'kubernetes', version: '1.36.1' },
  ]);
  expect(withComponentVersion(node, 'qemu', '1')).toEqual(node);
});
