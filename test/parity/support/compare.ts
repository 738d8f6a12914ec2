import type { CompositionFinding } from '../../../src/devices/composition/composition.js';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { argumentsOf, type CompositionCase } from './composition-case.js';
import { expectedView, madeFunctions } from './expected-view.js';
import { seeAsGuest, type SeenFunction } from './guest-view.js';
import { ISA_BRIDGE, seeByQmp } from './qmp-view.js';
import { askQemu } from './stopped-qemu.js';

export type Outcome = 'accepted' | 'refused' | 'trap';

export interface Comparison {
  readonly outcome: Outcome;
  /** The rule that decided, if any. */
  readonly rule: string | undefined;
  /** How the engine and QEMU disagree; undefined if they do not. */
  readonly disagreement: string | undefined;
}

/** Asks the engine and QEMU for their verdict on a composition, and where QEMU accepts, looks at it as a guest does. */
export async function compare(qemu: string, composition: CompositionCase): Promise<Comparison> {
  const findings = judgeComposition(composition.buses, composition.devices);
  const [finding] = findings;
  const verdict = await askQemu(qemu, argumentsOf(composition), async (stopped) => ({
    guest: await seeAsGuest(stopped, composition.buses),
    qmp: await seeByQmp(stopped, composition.buses),
  }));
  const outcome = verdict.accepted ? (finding === undefined ? 'accepted' : 'trap') : 'refused';
  const disagreement = verdict.accepted
    ? disagreeOnAccepted(composition, findings, verdict.seen)
    : disagreeOnRefused(finding, verdict.message);
  return { outcome, rule: finding?.rule, disagreement };
}

function disagreeOnRefused(finding: CompositionFinding | undefined, message: string): string | undefined {
  if (finding?.verdict !== 'refused')
    return `QEMU refuses, the engine does not (${finding?.rule ?? 'no finding'}): ${message}`;
  if (!message.includes(finding.qemu))
    return `the engine expects «${finding.qemu}» (${finding.rule}), QEMU says: ${message}`;
  return undefined;
}

function disagreeOnAccepted(
  composition: CompositionCase,
  findings: readonly CompositionFinding[],
  seen: { guest: Map<string, SeenFunction[]>; qmp: string[] },
): string | undefined {
  const refusal = findings.find(({ verdict }) => verdict === 'refused');
  if (refusal !== undefined) return `QEMU accepts, the engine does not: ${refusal.rule}: ${refusal.message}`;
  const rules = findings.map(({ rule }) => rule).join(', ');
  const guest = seenByGuest(composition, seen.guest);
  return (
    differs(`a guest's view (traps: ${rules})`, expectedView(composition, findings), guest) ??
    differs('query-pci', madeFunctions(composition), seen.qmp) ??
    disagreeOnIo(findings, seen.guest)
  );
}

export function seenByGuest({ buses }: CompositionCase, seen: Map<string, SeenFunction[]>): string[] {
  const bridges = new Set(buses.map(({ slot }) => (slot ?? 0) * 8));
  return [...seen]
    .flatMap(([bus, functions]) =>
      functions
        .filter(({ number }) => bus !== 'pcie.0' || !(bridges.has(number) || number === ISA_BRIDGE))
        .flatMap(({ number, vfs }) => [number, ...vfs].map((one) => `${bus} ${one}`)),
    )
    .sort();
}

function disagreeOnIo(
  findings: readonly CompositionFinding[],
  seen: Map<string, SeenFunction[]>,
): string | undefined {
  const hidden = findings.some(({ rule }) => rule !== 'vf-io-bar');
  const said = findings.some(({ rule }) => rule === 'vf-io-bar');
  const wanted = [...seen.values()].flat().some(({ vfsWantIo }) => vfsWantIo);
  // A PF that is hidden cannot be asked.
  if (said === wanted || (said && hidden)) return undefined;
  return `VFs want I/O space: the engine says ${said}, QEMU ${wanted}`;
}

function differs(what: string, expected: readonly string[], actual: readonly string[]): string | undefined {
  if (expected.join() === actual.join()) return undefined;
  return `${what}: the engine expects [${expected.join(', ')}], QEMU shows [${actual.join(', ')}]`;
}
