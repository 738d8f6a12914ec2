import { machinesOn, type Lab } from '../model/lab.js';

/** What README.md.hbs and run.sh.hbs of a rendered lab show. */
export function labReadmeView(lab: Lab): object {
  return {
    name: lab.name,
    summary: lab.summary,
    machines: machinesOn(lab, null).map(({ name, image }) => ({ name, image })),
    around: lab.machines
      .filter(({ name }) => machinesOn(lab, name).length > 0)
      .map(({ name }) => ({ name, inside: machinesOn(lab, name) })),
    peers: lab.peers,
    checks: [...new Set(lab.checks.map(({ check }) => check))],
  };
}
