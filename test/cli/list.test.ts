import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { usePlace } from './support/lab.js';

const place = usePlace();

test('lists the shipped labs, each with how long it takes and what it shows', async () => {
  const { exitCode, stdout, stderr } = await place().lab('list');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^LAB +TAKES +WHAT IT SHOWS\nquickstart /);
  expect(stdout).toMatch(/^quickstart +\d+ s +A virtual PF with three VFs on taps, and an external server$/m);
});

test('--json lists every folder of labs/ with a definition that says its time and its summary', async () => {
  const { stdout } = await place().lab('list', '--json');
  const { labs } = JSON.parse(stdout) as {
    labs: { name: string; summary: string; takesSeconds: number | null; folder: string }[];
  };
  const folders = readdirSync(fileURLToPath(new URL('../../labs', import.meta.url)), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('/lab.yaml'));
  expect(labs.length).toBe(folders.length);
  for (const lab of labs) {
    expect(lab.summary).not.toBe('');
    expect(lab.takesSeconds).toBeGreaterThan(0);
    expect(readdirSync(lab.folder)).toContain('lab.yaml');
  }
});
