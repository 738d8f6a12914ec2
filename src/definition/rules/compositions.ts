import { judgeMachine, type ComposedFunction } from '../../devices/composed-machine.js';
import type { CompositionFinding } from '../../devices/composition/composition.js';
import { isOwnProperty } from '../../devices/composition/id-rules.js';
import type { Problem } from '../../errors/lab-error.js';
import type { Machine } from '../../model/lab.js';
import { layOutBuses } from '../buses.js';
import type { Draft } from '../draft.js';
import type { Path } from '../path.js';
import { aspectOf } from './composition-aspects.js';
import { writtenPlace } from './composition-place.js';
import type { Locator, Rule } from './rule.js';

interface Judged {
  readonly finding: CompositionFinding;
  readonly path: Path;
}

/**
 * What QEMU makes of the PCI devices of each machine: it must accept them all, or, in a lab that it must refuse, not all.
 * `machines`: those of the definition, resolved.
 */
export function* compositionProblems(
  draft: Draft,
  machines: readonly Machine[],
  at: Locator,
): Iterable<Problem> {
  const judged = machines.flatMap((machine) => judge(draft, machine));
  const refused = judged.some(({ finding }) => finding.verdict === 'refused');
  const expectsRefusal = draft.expect === 'refused';
  const told = new Set<string>();
  for (const { finding, path } of judged) {
    if (finding.verdict === 'refused' && expectsRefusal) continue;
    // What one key does to many functions is one problem.
    const id = `${finding.rule} ${path.join('.')}`;
    if (told.has(id)) continue;
    told.add(id);
    const { message, hint } = finding;
    yield { code: aspectOf(finding.rule).code, message, hint, location: at.locate(path) };
  }
  if (expectsRefusal && !refused) {
    yield {
      code: 'LAB-RULE-EXPECT',
      message: 'the lab expects a refusal, but QEMU would accept all of its machines',
      hint: 'leave `expect` out, or make the composition one that QEMU refuses',
      location: at.locate(['expect']),
    };
  }
}

function judge(draft: Draft, machine: Machine): Judged[] {
  const { devices, functions, findings } = judgeMachine(machine);
  return findings.map((finding) => {
    const about = [finding.culprit, finding.device].flatMap((index) => functionOf(functions, devices[index]));
    return { finding, path: writtenPlace(draft, machine.name, about, finding.rule) };
  });
}

function functionOf(
  functions: readonly ComposedFunction[],
  device: ComposedFunction['device'] | undefined,
): ComposedFunction[] {
  const found = functions.find((one) => one.device === device);
  return found === undefined ? [] : [found];
}

/** The id of a bus in QEMU must not be the name of a property of its device. */
export const busNamesAreFree: Rule = function* (draft, at) {
  for (const machine of draft.machines) {
    for (const { id, type } of layOutBuses(machine)) {
      if (!isOwnProperty(type === 'root-port' ? 'pcie-root-port' : 'pcie-pci-bridge', id)) continue;
      yield {
        code: 'LAB-RULE-SRIOV-NAME',
        message: `the id of this bus in QEMU would be ${id}, which is also a property of the bus; QEMU crashes on that`,
        hint: 'give the bus another name',
        location: at.locate([...machine.path, 'buses', id.replace(/^bus-/, '')], { key: true }),
      };
    }
  }
};
