import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that keep a worker busy for minutes, the longest first. */
const LONGEST = [
  'e2e/kubernetes.',
  'nested/kubernetes',
  'nested/vdpa',
  'images/rocky',
  'nested/',
  'e2e/docs',
  'images/layers',
  'images/cni',
  'e2e/networks',
];

function rank({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((part) => moduleId.includes(`/test/${part}`));
  return place === -1 ? LONGEST.length : place;
}

/** A long file that begins last would keep one worker busy while the others have nothing to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
