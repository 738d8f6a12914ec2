import { describe, expect, it } from 'vitest';
import { pause, waitBriefly, waitFor, type Clock, type Requirement } from '../../../src/process/wait-for.js';

/** A clock whose time passes only in sleeps. */
function fakeClock(): Clock & { readonly slept: number[] } {
  let now = 1000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

const late = (cause: unknown): Error => new Error('late', { cause });
const never = new AbortController().signal;

function answers(...values: (string | undefined | Error)[]): Requirement<string> {
  return {
    ask: async () => {
      const value = values.shift();
      return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
    },
    everyMs: 10,
    limitMs: 50,
    late,
  };
}

describe('waitFor', () => {
  it('returns the first answer, and waits between questions', async () => {
    const clock = fakeClock();
    expect(await waitFor(answers(undefined, undefined, 'here', 'not asked'), never, clock)).toBe('here');
    expect(clock.slept).toEqual([10, 10]);
  });

  it('does not wait at all when the answer is there', async () => {
    const clock = fakeClock();
    expect(await waitFor(answers('here'), never, clock)).toBe('here');
    expect(clock.slept).toEqual([]);
  });

  it('asks for as long as it may, and not longer', async () => {
    const clock = fakeClock();
    await expect(waitFor(answers(), never, clock)).rejects.toThrow('late');
    expect(clock.slept).toEqual([10, 10, 10, 10, 10]);
  });

  it('begins with short pauses where it is told to, each twice as long as the one before', async () => {
    const clock = fakeClock();
    const requirement = { ...answers(), firstMs: 2, everyMs: 10, limitMs: 40 };
    await expect(waitFor(requirement, never, clock)).rejects.toThrow('late');
    expect(clock.slept).toEqual([2, 4, 8, 10, 10, 10]);
  });

  it('has no limit when that is infinite', async () => {
    const requirement = { ...answers(...Array<undefined>(99), 'here'), limitMs: Infinity };
    expect(await waitFor(requirement, never, fakeClock())).toBe('here');
  });

  it('gives up at once when the question throws', async () => {
    const clock = fakeClock();
    await expect(waitFor(answers(undefined, new Error('refused')), never, clock)).rejects.toThrow('refused');
    expect(clock.slept).toEqual([10]);
  });

  it('one long question is cut short by the limit, and what it threw is the cause', async () => {
    const long: Requirement<string> = {
      ask: async (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('cut'));
          });
        }),
      everyMs: 1,
      limitMs: 20,
      late,
    };
    const error: unknown = await waitFor(long, never).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: 'late', cause: { message: 'cut' } });
  });

  it('throws the reason of the signal, whatever the question threw', async () => {
    const controller = new AbortController();
    const requirement: Requirement<string> = {
      ...answers(),
      ask: async () => {
        controller.abort(new Error('enough'));
        return Promise.reject(new Error('cut'));
      },
    };
    await expect(waitFor(requirement, controller.signal, fakeClock())).rejects.toThrow('enough');
  });

  it('throws why it cannot come any more, even when the question fails first', async () => {
    let tell: (error: Error) => void = () => undefined;
    const ended = new Promise<Error>((resolve) => {
      tell = resolve;
    });
    const clock: Clock = {
      now: () => 0,
      sleep: async () => {
        tell(new Error('it has ended'));
        return Promise.resolve();
      },
    };
    const requirement = { ...answers(new Error('connection closed')), never: ended };
    await expect(waitFor(requirement, never, clock)).rejects.toThrow('it has ended');
  });

  it('stops asking when it cannot come any more', async () => {
    const requirement = { ...answers(), limitMs: 60_000, never: Promise.resolve(new Error('it has ended')) };
    await expect(waitFor(requirement, never)).rejects.toThrow('it has ended');
  });
});

describe('waitBriefly', () => {
  it('returns the answer, or nothing when the time is up', async () => {
    expect(await waitBriefly({ ...answers('here') })).toBe('here');
    expect(await waitBriefly({ ...answers(), everyMs: 1, limitMs: 3 })).toBeUndefined();
  });

  it('throws what the question throws, and the reason of the signal', async () => {
    await expect(waitBriefly(answers(new Error('refused')))).rejects.toThrow('refused');
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(waitBriefly({ ...answers(), limitMs: Infinity }, aborted)).rejects.toThrow('enough');
  });
});

describe('pause', () => {
  it('ends with the signal', async () => {
    const controller = new AbortController();
    const paused = pause(60_000, controller.signal);
    controller.abort();
    await expect(paused).resolves.toBeUndefined();
  });
});
