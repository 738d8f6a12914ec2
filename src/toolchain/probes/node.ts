import type { Probe } from './probe.js';

const needed = { major: 22, minor: 13 };

export function probeNode(version: string = process.versions.node): Probe {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major > needed.major || (major === needed.major && minor >= needed.minor);
  return {
    name: 'Node.js',
    required: true,
    found: version,
    ...(fits
      ? { verdict: 'ok' }
      : {
          verdict: 'missing',
          remedy: `install Node.js ${needed.major}.${needed.minor} or later (nodejs.org, nvm or nodesource)`,
        }),
  };
}
