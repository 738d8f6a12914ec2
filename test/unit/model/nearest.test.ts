import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/model/nearest.js';

const known = ['image', 'cpus', 'memory', 'kernelArguments', 'nics', 'virtio-net'];

describe('nearest', () => {
  it.each([
    ['imgae', 'image'],
    ['Image', 'image'],
    ['memroy', 'memory'],
    ['mem', 'memory'],
    ['kernel_arguments', 'kernelArguments'],
    ['nic', 'nics'],
    ['cpu', 'cpus'],
    ['virtio', 'virtio-net'],
  ])('%s is probably %s', (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  it.each(['disk', 'x', '', 'windows', 'processors', 'constructor'])('%j is nothing known', (word) => {
    expect(nearest(word, known)).toBeUndefined();
  });

  it('knows nothing among nothing, and does not choose between two beginnings', () => {
    expect(nearest('lan', [])).toBeUndefined();
    expect(nearest('traffic', ['traffic-inbound', 'traffic-outbound'])).toBeUndefined();
  });
});
