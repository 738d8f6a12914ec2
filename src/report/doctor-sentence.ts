import type { Lab } from '../model/lab.js';
import { KVM, type Probe } from '../toolchain/doctor.js';

const LONG_SECONDS = 120;

function list(names: readonly string[]): string {
  const [last = '', ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
}

function about(seconds: number): string {
  return seconds < LONG_SECONDS ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
}

/** How guests are run, and what that means for one's patience. */
function manner(kvm: Probe | undefined, lab: Pick<Lab, 'takesSeconds'> | undefined): string {
  if (kvm?.verdict === 'ok') return 'with KVM';
  if (kvm?.verdict === 'warning') return 'with KVM if a guest runs under it, otherwise by emulation';
  if (lab === undefined) return 'by emulation; nested labs take minutes';
  return lab.takesSeconds === null
    ? 'by emulation'
    : `by emulation; testing it takes about ${about(lab.takesSeconds)}`;
}

/** What all probes together mean, for labs in general or for one, in a sentence. */
export function doctorSentence(probes: readonly Probe[], lab?: Pick<Lab, 'name' | 'takesSeconds'>): string {
  const missing = probes
    .filter(({ verdict, required }) => required && verdict === 'missing')
    .map(({ name }) => name);
  if (missing.length > 0) {
    const subject = lab === undefined ? 'labs do' : `lab ${lab.name} does`;
    return `${subject} not run here yet: ${list(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`;
  }
  const how = manner(
    probes.find(({ name }) => name === KVM),
    lab,
  );
  const later = probes.some(({ verdict, required }) => required && verdict === 'warning');
  const first = later ? '; what is not here yet is fetched or built first' : '';
  return `${lab === undefined ? 'labs run' : `lab ${lab.name} runs`} here, ${how}${first}`;
}
