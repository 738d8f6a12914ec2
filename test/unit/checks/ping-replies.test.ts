import { describe, expect, it } from 'vitest';
import { noneLost } from '../../../src/checks/ping-replies.js';
import { run } from '../../../src/process/run.js';
import { renderTemplate } from '../../../src/render/templates.js';

function iputils(sequence: readonly number[], sum = ''): string {
  const replies = sequence.map((number) => `64 bytes from 10.0.0.1: icmp_seq=${number} ttl=64 time=0.4 ms\n`);
  return `PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.\n${replies.join('')}\n${sum}\n`;
}

function busybox(sequence: readonly number[]): string {
  const replies = sequence.map((number) => `64 bytes from 10.0.0.1: seq=${number} ttl=64 time=0.4 ms\n`);
  return `PING 10.0.0.1 (10.0.0.1): 56 data bytes\n${replies.join('')}\n`;
}

const SAID = [
  { what: 'all replies', said: iputils([1, 2, 3]), expected: true },
  {
    what: 'a request that is still under way',
    said: iputils([1, 2, 3], '4 packets transmitted, 3 received, 25% packet loss, time 9ms'),
    expected: true,
  },
  { what: 'a reply that came twice', said: iputils([1, 2, 2, 3]), expected: true },
  { what: 'a lost first request', said: iputils([2, 3, 4]), expected: false },
  { what: 'a lost request between', said: iputils([1, 3, 4]), expected: false },
  { what: 'a lost last request', said: iputils([1, 2]), expected: false },
  { what: 'no reply', said: iputils([]), expected: false },
  { what: 'no word', said: '', expected: false },
];

describe('whether packets were lost', () => {
  it.each(SAID)('$what: $expected', ({ said, expected }) => {
    expect(noneLost(3, said)).toBe(expected);
  });
});

describe('whether packets were lost, in a script', () => {
  const library = renderTemplate('checks/lib/ping.sh', {});
  async function noneLostInShell(said: string): Promise<boolean> {
    const script = `${library}\nif none_lost 3 "$1"; then echo true; else echo false; fi`;
    return (await run(['sh', '-c', script, 'sh', said])).stdout.trim() === 'true';
  }

  it.each([
    ...SAID,
    { what: 'all replies, by busybox', said: busybox([0, 1, 2]), expected: true },
    { what: 'a lost first request, by busybox', said: busybox([1, 2]), expected: false },
    { what: 'a lost request between, by busybox', said: busybox([0, 2, 3]), expected: false },
  ])('$what: $expected', async ({ said, expected }) => {
    expect(await noneLostInShell(said)).toBe(expected);
  });
});
