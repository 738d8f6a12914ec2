import { describe, expect, it } from 'vitest';
import { DefinitionError, InterruptedError, MachineError, UsageError } from '../../../src/errors/families.js';
import { errorToJson, formatError, formatLocation, toLabError } from '../../../src/errors/format.js';
import { LabError, type Problem } from '../../../src/errors/lab-error.js';

const problem: Problem = { code: 'LAB-USAGE', message: 'it is wrong', hint: 'put it right' };

function chain(...messages: string[]): Error | undefined {
  return messages.reduceRight<Error | undefined>(
    (cause, message) => new Error(message, cause === undefined ? {} : { cause }),
    undefined,
  );
}

describe('an error as a user reads it', () => {
  it('says what, its code and what to do next', () => {
    expect(formatError(new UsageError(problem))).toBe('it is wrong [LAB-USAGE]\n  next: put it right');
  });

  it('begins with the place when there is one', () => {
    const at = (location: Problem['location']): string =>
      formatError(new DefinitionError({ ...problem, location })).split('\n')[0] ?? '';
    expect(at({ file: 'lab.yaml', line: 3, column: 5 })).toBe('lab.yaml:3:5: it is wrong [LAB-USAGE]');
    expect(at({ file: 'guest.log' })).toBe('guest.log: it is wrong [LAB-USAGE]');
    expect(formatLocation({ file: 'a', line: 1 })).toBe('a:1');
  });

  it('has all problems, then the causes down to the first', () => {
    const error = new LabError([problem, { ...problem, message: 'that too' }], {
      cause: chain('QEMU ended', 'no such device\nsecond line\n'),
    });
    expect(formatError(error)).toBe(
      [
        'it is wrong [LAB-USAGE]',
        '  next: put it right',
        'that too [LAB-USAGE]',
        '  next: put it right',
        '  because: QEMU ended',
        '  because: no such device',
        '    second line',
      ].join('\n'),
    );
  });

  it('never has a stack, nor an endless chain of causes', () => {
    const loop = new Error('again');
    loop.cause = loop;
    const text = formatError(new LabError(problem, { cause: loop }));
    expect(text.match(/because/g)).toHaveLength(5);
    expect(text).not.toMatch(/^\s+at /m);
  });

  it('passes over a cause that is no error', () => {
    expect(formatError(new LabError(problem, { cause: 'words' }))).not.toContain('because');
  });
});

describe('what a terminal would obey', () => {
  const nasty = 'a\u001b[2J\u0007\u009b1m\u007f\u202eb\rc';

  it('is shown as what it is, wherever it comes from', () => {
    const error = new DefinitionError(
      { code: 'LAB-USAGE', message: nasty, hint: nasty, location: { file: nasty, line: 1 } },
      { cause: new Error(nasty) },
    );
    const text = formatError(error);
    // eslint-disable-next-line no-control-regex -- these are what must not get out
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text.match(/a\\x1b\[2J\\x07\\x9b1m\\x7f\\u202eb\\x0dc/g)).toHaveLength(4);
  });

  it('includes line breaks in what a definition says: it cannot pass for an error of its own', () => {
    const message = 'unknown key `x`\nlab.yaml:1:1: all is well [LAB-USAGE]';
    expect(formatError(new DefinitionError({ ...problem, message })).split('\n')).toHaveLength(2);
    expect(formatError(new UsageError({ ...problem, message })).split('\n')).toHaveLength(3);
  });
});

describe('an error as --json prints it', () => {
  it('has the same parts', () => {
    const error = new DefinitionError(
      { ...problem, location: { file: 'a', line: 1, column: 2 } },
      { cause: chain('one', 'two') },
    );
    expect(JSON.parse(JSON.stringify(errorToJson(error)))).toEqual({
      errors: [
        {
          code: 'LAB-USAGE',
          message: 'it is wrong',
          location: { file: 'a', line: 1, column: 2 },
          hint: 'put it right',
        },
      ],
      causes: ['one', 'two'],
    });
  });
});

describe('what is thrown', () => {
  it('is left as it is when it is a LabError', () => {
    const error = new UsageError(problem);
    expect(toLabError(error)).toBe(error);
  });

  it.each([
    [new TypeError('x is not a function'), 'unexpected: x is not a function'],
    ['words', 'unexpected: words'],
    [undefined, 'unexpected: undefined'],
    [null, 'unexpected: null'],
  ])('%s is a fault of the program otherwise, and says so', (thrown, message) => {
    const error = toLabError(thrown);
    expect(error.problems[0]).toMatchObject({ code: 'LAB-INTERNAL', message });
    expect(formatError(error)).not.toMatch(/^\s+at /m);
  });
});

describe('exit codes', () => {
  it('are those of the design', () => {
    expect(new LabError(problem).exitCode).toBe(2);
    expect(new DefinitionError(problem).exitCode).toBe(2);
    expect(new MachineError(problem).exitCode).toBe(3);
    expect(new InterruptedError('SIGINT').exitCode).toBe(130);
    expect(new InterruptedError('SIGTERM').exitCode).toBe(143);
  });

  it('go with the first problem’s code and all messages', () => {
    const error = new LabError([problem, { ...problem, code: 'LAB-NOT-UP', message: 'that too' }]);
    expect([error.code, error.message]).toEqual(['LAB-USAGE', 'it is wrong; that too']);
  });
});
