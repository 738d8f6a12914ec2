import type { Lab } from '../model/lab.js';

/** What README.md.hbs and run.sh.hbs of a rendered lab show. */
export function labReadmeView(lab: Lab): object {
  return {
    name: lab.name,
    summary: lab.summary,
    machines: lab.machines.map(({ name, image }) => ({ name, image })),
    peers: lab.peers,
    checks: [...new Set(lab.checks.map(({ check }) => check))],
  };
}
