import { expect, it } from 'vitest';
import { progressText } from '../../../src/checks/progress-text.js';

it.each([
  ['ok 1 - pod 1 is Ready', 'pod 1 is Ready'],
  ['not ok 12 - vf0 - the first - has its MAC', 'failed: vf0 - the first - has its MAC'],
  ['# waiting for pod 1', 'waiting for pod 1'],
  ['1..3', '1..3'],
])('%s is shown as %s', (line, text) => {
  expect(progressText(line)).toBe(text);
});
