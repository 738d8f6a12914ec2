import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mediansInTurn, withProgram } from '../../../scripts/bench/run.js';

describe('a program that a benchmark starts', () => {
  it.each(['returns', 'throws'])('is gone when the work %s', async (how) => {
    let pid = 0;
    const ended = withProgram(['sleep', '600'], {}, async (signal, started) => {
      pid = started;
      expect(existsSync(`/proc/${pid}`)).toBe(true);
      expect(signal.aborted).toBe(false);
      if (how === 'throws') throw new Error('enough');
      return Promise.resolve('done');
    });
    await (how === 'throws' ? expect(ended).rejects.toThrow('enough') : expect(ended).resolves.toBe('done'));
    expect(pid).toBeGreaterThan(0);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('that ends by itself does not keep the work waiting', async () => {
    const waiting = withProgram(['sh', '-c', 'echo no room >&2; exit 3'], {}, async (ended) => {
      await new Promise((resolve) => {
        ended.addEventListener('abort', resolve);
      });
      ended.throwIfAborted();
    });
    await expect(waiting).rejects.toThrow('sh ended with 3: no room');
  });
});

it('contenders take turns, and the median of each counts', async () => {
  const turns: string[] = [];
  const times = { a: [9, 1, 2], b: [4, 6, 5] };
  const take = async (name: 'a' | 'b'): Promise<number> => {
    turns.push(name);
    return Promise.resolve(times[name].shift() ?? NaN);
  };
  expect(await mediansInTurn({ a: async () => take('a'), b: async () => take('b') }, 3)).toEqual({
    a: 2,
    b: 5,
  });
  expect(turns).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
});
