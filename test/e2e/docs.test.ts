import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/*
 * The documentation is run. A block fenced as `sh` must succeed, command by command, in the order of its document; what cannot be
 * run in a test is fenced as `console`, and its `lab` commands must at least exist.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const BLOCK_LIMIT_MS = 600_000;
const MAX_CONSOLE_BLOCKS = 11;
/** Words that stand before the name of a command. */
const TOPICS = ['image'];
/** Minutes each under emulation: test/nested brings these up, once for all. */
const NESTED_LAB = /\blab \w+ (vdpa|vdpa-ablation|vdpa-vlan|offload)(?![\w-])/;
/** Brings up clusters, which take minutes each under emulation, and have to be built if they are not in the cache. */
const CLUSTER_PAGE = 'docs/kubernetes.md';
const CLUSTER_BLOCK_LIMIT_MS = 3_600_000;
const CLUSTER_PAGE_LIMIT_MS = 7_200_000;
/** Other documents leave the commands of clusters to that page, and to the tests of clusters. */
const CLUSTER_LAB = /\blab (?:image )?\w+ k8s(?:-[a-z-]+)?(?![\w-])/;

interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .sort();
}

const documents = [
  'README.md',
  ...markdownIn('docs'),
  ...readdirSync(join(root, 'labs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === 'README.md')
    .map((path) => join('labs', path))
    .sort(),
];

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; text: string[] } | undefined;
  for (const [index, line] of read(document).split('\n').entries()) {
    const fence = /^```\s*(\S*)/.exec(line);
    if (fence === null) open?.text.push(line);
    else if (open === undefined) open = { line: index + 1, language: fence[1] ?? '', text: [] };
    else {
      blocks.push({ document, line: open.line, language: open.language, text: open.text.join('\n') });
      open = undefined;
    }
  }
  return blocks;
}

const blocks = documents.flatMap(blocksOf);

/** Everything but the fenced blocks. */
function proseOf(document: string): string {
  return read(document).replace(/^```[\s\S]*?^```/gm, '');
}

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A folder with `lab` in its bin/, a home and a state of its own; toolchains and images are shared, as they cost minutes. */
class Sandbox {
  readonly #folder = mkdtempSync(join(tmpdir(), 'docs-'));

  constructor() {
    for (const name of ['bin', 'home', 'state', 'tmp', 'work']) mkdirSync(join(this.#folder, name));
    const lab = join(this.#folder, 'bin/lab');
    writeFileSync(lab, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/run.js')}" "$@"\n`);
    chmodSync(lab, 0o755);
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: `${join(this.#folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
      HOME: join(this.#folder, 'home'),
      XDG_STATE_HOME: join(this.#folder, 'state'),
      TMPDIR: join(this.#folder, 'tmp'),
      NO_COLOR: '1',
    };
  }

  async run(script: string, timeout = BLOCK_LIMIT_MS): Promise<Outcome> {
    const child = spawn('sh', ['-euxc', script], {
      cwd: join(this.#folder, 'work'),
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    return new Promise((done, fail) => {
      child.on('error', fail);
      child.on('close', (exitCode) => {
        done({ exitCode, output });
      });
    });
  }

  async remove(): Promise<void> {
    await this.run('lab down --all');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

describe('the documents', () => {
  const withCommands = documents.filter((document) =>
    blocksOf(document).some(({ language }) => language === 'sh'),
  );

  async function runCommands(document: string, blockLimitMs = BLOCK_LIMIT_MS): Promise<void> {
    const sandbox = new Sandbox();
    try {
      for (const { line, language, text } of blocksOf(document)) {
        if (language !== 'sh') continue;
        const { exitCode, output } = await sandbox.run(text, blockLimitMs);
        expect(exitCode, `${document}:${line}\n${output}`).toBe(0);
      }
      expect((await sandbox.run('lab status')).output).toContain('no lab is up');
    } finally {
      await sandbox.remove();
    }
  }

  const READ_FIRST = ['README.md', 'docs/tour.md'];

  const others = withCommands.filter(
    (document) => !READ_FIRST.includes(document) && document !== CLUSTER_PAGE,
  );

  // Side by side: a guest spends most of a check waiting for its kernel.
  it.concurrent.each(withCommands.filter((document) => READ_FIRST.includes(document)))(
    '%s has commands that all succeed, and leaves no lab up',
    { timeout: 900_000 },
    async (document) => runCommands(document),
  );

  it.concurrent.each(others)(
    '%s has commands that all succeed, and leaves no lab up',
    { tags: 'thorough', timeout: 900_000 },
    async (document) => runCommands(document),
  );

  // Alone: a node needs both processors of a small computer.
  it(
    `${CLUSTER_PAGE} has commands that all succeed, and leaves no lab up`,
    { tags: 'thorough', timeout: CLUSTER_PAGE_LIMIT_MS },
    async () => runCommands(CLUSTER_PAGE, CLUSTER_BLOCK_LIMIT_MS),
  );
});

describe('what is not run', () => {
  const shown = blocks.filter(({ language }) => language === 'console');
  const sandbox = new Sandbox();
  afterAll(async () => sandbox.remove());

  it('is fenced as console, text, yaml or mermaid, and little of it are commands', () => {
    for (const { document, line, language } of blocks)
      expect(['sh', 'console', 'text', 'yaml', 'mermaid'], `${document}:${line}`).toContain(language);
    const counted = shown.filter(
      ({ document, text }) => document !== CLUSTER_PAGE && !NESTED_LAB.test(text) && !CLUSTER_LAB.test(text),
    );
    expect(counted.length).toBeLessThanOrEqual(MAX_CONSOLE_BLOCKS);
  });

  it('is brought up by the tests of nested labs where it speaks of one', () => {
    const files = readdirSync(join(root, 'test/nested')).filter((name) => name.endsWith('.test.ts'));
    const tests = files.map((name) => read(`test/nested/${name}`)).join('');
    for (const { document, line, text } of shown) {
      const lab = NESTED_LAB.exec(text)?.[1];
      if (lab !== undefined) expect(tests, `${document}:${line}`).toContain(`'${lab}'`);
    }
  });

  const commands = shown.flatMap(({ document, line, text }) =>
    text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((command) => command.startsWith('lab '))
      .map((command) => ({ place: `${document}:${line}`, command })),
  );

  it.each(commands)('$place: $command exists, with its flags', async ({ command }) => {
    const words = (command.split(/ -- | # /)[0] ?? '').trim().split(/\s+/);
    const name = words.slice(1, TOPICS.includes(words[1] ?? '') ? 3 : 2).join(' ');
    const help = await sandbox.run(`lab ${name} --help`);
    expect(help.exitCode, help.output).toBe(0);
    for (const flag of words.filter((word) => word.startsWith('-')))
      expect(help.output).toContain(flag.split('=')[0]);
  });

  it('there are npm scripts of the names that are shown', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });
});

describe('the command line', async () => {
  const sandbox = new Sandbox();
  const { output } = await sandbox.run('lab help');
  await sandbox.remove();
  const listed = output.split('\nCOMMANDS\n')[1] ?? '';
  const commands = [...listed.matchAll(/^ {2}([a-z][a-z-]*) {2}/gm)].map(([, name]) => name ?? '');

  it('has commands', () => {
    expect(commands).toContain('test');
  });

  it.each(commands)('`lab %s` is in the documentation', (command) => {
    expect(documents.map(read).join('\n')).toMatch(new RegExp(`\\blab ${command}\\b`));
  });

  it.each(documents)('%s speaks of no other command', (document) => {
    const named = [...proseOf(document).matchAll(/`lab ([a-z-]+)/g)].map(([, name]) => name);
    for (const name of named) expect([...commands, ...TOPICS]).toContain(name);
  });
});

describe('error codes', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(ts|sh\.hbs)$/.test(path),
  );
  const codesIn = (text: string): string[] =>
    [...text.matchAll(/LAB-[A-Z]+(?:-[A-Z]+)*/g)].map(([code]) => code);
  const inSources = new Set(sources.flatMap((path) => codesIn(read(join('src', path)))));
  const inTables = [...read('docs/errors.md').matchAll(/^\| `(LAB-[A-Z-]+)` \|/gm)].map(
    ([, code]) => code ?? '',
  );

  it('of the sources are all in docs/errors.md', () => {
    expect([...inSources].filter((code) => !inTables.includes(code))).toEqual([]);
  });

  it('of docs/errors.md are all in the sources, and each stands there once', () => {
    expect(inTables.filter((code) => !inSources.has(code))).toEqual([]);
    expect(inTables.length).toBe(new Set(inTables).size);
  });
});

describe('links', () => {
  const linking = [...documents, 'CONTRIBUTING.md', 'CHANGELOG.md'];

  /** GitHub's anchors: small letters, spaces to dashes, all else but letters, digits, dashes and underscores dropped. */
  const anchorsOf = (path: string): string[] =>
    [
      ...readFileSync(path, 'utf8')
        .replace(/^```[\s\S]*?^```/gm, '')
        .matchAll(/^#+ (.*)$/gm),
    ].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    );

  it.each(linking)('of %s lead somewhere', (document) => {
    const links = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? join(root, document) : resolve(root, dirname(document), path);
      expect(relative(root, target).startsWith('..'), `${link} leaves the project`).toBe(false);
      expect(existsSync(target), `${link} in ${document}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), `${link} in ${document}`).toContain(anchor);
    }
  });

  it('to source files in prose name files that are there', () => {
    for (const document of documents) {
      const named = [...proseOf(document).matchAll(/`((?:src|labs|scripts|test|bin)\/[\w./-]+)`/g)].map(
        ([, path]) => path ?? '',
      );
      for (const path of named) expect(existsSync(join(root, path)), `${path} in ${document}`).toBe(true);
    }
  });
});
