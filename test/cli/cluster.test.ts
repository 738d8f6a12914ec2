import { describe, expect, it } from 'vitest';
import { jsonOf, usePlace, type JsonErrors } from './support/lab.js';

const place = usePlace();

async function codeOf(...argv: readonly string[]): Promise<[number, string | undefined]> {
  const [command = '', ...rest] = argv;
  const outcome = await place().lab(command, '--json', ...rest);
  return [outcome.exitCode, (jsonOf(outcome) as JsonErrors).errors[0]?.code];
}

describe('the commands for a cluster', () => {
  it.each([
    ['kubectl', 'quickstart', '--', 'get', 'nodes'],
    ['kubeconfig', 'quickstart'],
    ['proxy', 'quickstart'],
    ['image', 'load', 'quickstart', 'image.tar'],
  ])('%s need a lab that is up', async (...argv) => {
    const outcome = await place().lab(...argv);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('lab quickstart is not up [LAB-NOT-UP]');
    expect(outcome.stderr).toContain('next: bring it up: lab up quickstart');
  });

  it('say what is missing', async () => {
    expect(await codeOf('kubectl', 'quickstart')).toEqual([2, 'LAB-USAGE']);
    expect(await codeOf('proxy', 'quickstart', '--port', '65536')).toEqual([2, 'LAB-USAGE']);
    expect(await codeOf('kubeconfig', 'quickstart', '--port', '0')).toEqual([2, 'LAB-USAGE']);
  });
});
