import type { Environment } from '../../model/environment.js';
import type { Lab } from '../../model/lab.js';
import type { Candidate, LiveName } from './command-line.js';

// What each source needs is loaded only when it is asked: a person waits for every Tab.

/** Commands whose LAB is one that is up. */
const aboutRunning: readonly string[] = [
  'console',
  'cp',
  'down',
  'exec',
  'image load',
  'kubeconfig',
  'kubectl',
  'logs',
  'pause',
  'proxy',
  'restart',
  'resume',
  'status',
];

interface Place {
  readonly environment: Environment;
  readonly lab: string | undefined;
  readonly instance: string | undefined;
}

function words(names: Iterable<string>, description = ''): Candidate[] {
  return [...new Set(names)].map((word) => ({ word, description }));
}

async function labsThatAreUp({ environment }: Place): Promise<Candidate[]> {
  const { allRecords } = await import('../../lab/record.js');
  return words(
    allRecords(environment.state).map(({ lab }) => lab.name),
    'is up',
  );
}

async function labs(): Promise<Candidate[]> {
  const { labsAtHand } = await import('../../definition/locate.js');
  return words(labsAtHand());
}

/** The lab that the command line names: as it is up, or as it is defined. */
async function labOf({ environment, lab, instance }: Place): Promise<Lab | undefined> {
  if (lab === undefined) return undefined;
  const { findSoundRecord } = await import('../../lab/find-record.js');
  const record = findSoundRecord(environment.state, lab, instance);
  if (record !== undefined) return record.lab;
  const { readLab } = await import('../../definition/read-lab.js');
  return readLab(lab).lab;
}

async function machines(place: Place): Promise<Candidate[]> {
  const lab = await labOf(place);
  const { memberNames } = await import('../../lab/exec.js');
  return lab === undefined ? [] : words(memberNames(lab).machines, 'machine');
}

async function members(place: Place): Promise<Candidate[]> {
  const lab = await labOf(place);
  const { memberNames } = await import('../../lab/exec.js');
  return lab === undefined ? [] : [...(await machines(place)), ...words(memberNames(lab).peers, 'peer')];
}

async function checks(place: Place): Promise<Candidate[]> {
  if (place.lab === undefined) return [];
  const { readLab } = await import('../../definition/read-lab.js');
  return words(readLab(place.lab).lab.checks.map(({ check }) => check));
}

async function runs({ environment }: Place): Promise<Candidate[]> {
  const { runIds } = await import('../../results/find.js');
  return words(runIds(environment.state));
}

async function labsWithRuns({ environment }: Place): Promise<Candidate[]> {
  const { labsWithRuns: names } = await import('../../results/find.js');
  return words(names(environment.state));
}

async function images(place: Place): Promise<Candidate[]> {
  const { imageNames } = await import('../../images/names.js');
  const lab = await labOf(place);
  return words(lab === undefined ? imageNames : lab.machines.map(({ image }) => image));
}

async function instances({ environment, lab }: Place): Promise<Candidate[]> {
  if (lab === undefined) return [];
  const { instancesUp } = await import('../../lab/find-record.js');
  return words(instancesUp(environment.state, lab), 'is up');
}

async function logs({ environment, lab, instance }: Place): Promise<Candidate[]> {
  const { logNames } = await import('../../lab/logs.js');
  return lab === undefined ? [] : words(logNames(environment.state, lab, instance));
}

/** What there is for an argument or a flag, by its name. */
const sources: Readonly<Record<string, (place: Place) => Promise<Candidate[]>>> = {
  check: checks,
  for: labs,
  image: images,
  instance: instances,
  lab: labs,
  log: logs,
  machine: machines,
  member: members,
  node: machines,
  run: runs,
};

/** The names that there are now; none for what is a file, a number or a text. */
export async function liveNames(
  { command, name, lab, instance }: LiveName,
  environment: Environment,
): Promise<Candidate[]> {
  const place = { environment, lab, instance };
  if (name === 'lab' && aboutRunning.includes(command)) return labsThatAreUp(place);
  if (name === 'lab' && command === 'results') return labsWithRuns(place);
  return (await sources[name]?.(place)) ?? [];
}
