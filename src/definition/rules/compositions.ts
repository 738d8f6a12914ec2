import { judgeMachine, type ComposedFunction } from '../../devices/composed-machine.js';
import { isOwnProperty } from '../../devices/composition/id-rules.js';
import type { CompositionFinding } from '../../devices/composition/composition.js';
import type { Problem } from '../../errors/lab-error.js';
import type { LabFile } from '../../model/lab-file.js';
import type { Machine } from '../../model/lab.js';
import { layOutBuses } from '../buses.js';
import type { Path } from '../load.js';
import { resolveLab } from '../resolve.js';
import { aspectOf } from './composition-aspects.js';
import { writtenPlace } from './composition-place.js';
import type { Locator, Rule } from './rule.js';

interface Judged {
  readonly machine: string;
  readonly finding: CompositionFinding;
  readonly path: Path;
}

/** What QEMU makes of each machine's PCI devices: it must accept them all, or, in a lab that it is to refuse, not all. */
export const compositionsAreWhatTheySay: Rule = function* (lab, at) {
  const judged = judge(lab);
  const refused = judged.some(({ finding }) => finding.verdict === 'refused');
  const expectsRefusal = lab.expect === 'refused';
  const told = new Set<string>();
  for (const { finding, path } of judged) {
    if (finding.verdict === 'refused' && expectsRefusal) continue;
    // What one key does to many functions is one problem.
    const id = `${finding.rule} ${path.join('.')}`;
    if (told.has(id)) continue;
    told.add(id);
    yield problemOf(finding, path, at);
  }
  if (expectsRefusal && !refused) {
    yield {
      code: 'LAB-RULE-EXPECT',
      message: 'QEMU is expected to refuse this lab, and would accept all of its machines',
      hint: 'leave `expect` out, or make the composition one that QEMU refuses',
      location: at.locate(['expect']),
    };
  }
};

/** Buses are called by their ids in QEMU, as are their properties. */
export const busNamesAreFree: Rule = function* (lab, at) {
  for (const [machine, written] of Object.entries(lab.machines)) {
    for (const { id, type } of layOutBuses(written)) {
      if (!isOwnProperty(type === 'root-port' ? 'pcie-root-port' : 'pcie-pci-bridge', id)) continue;
      yield {
        code: 'LAB-RULE-SRIOV-NAME',
        message: `QEMU would call this bus ${id}, which is the name of a property of it; QEMU crashes on that`,
        hint: 'give the bus another name',
        location: at.locate(['machines', machine, 'buses', id.replace(/^bus-/, '')], { key: true }),
      };
    }
  }
};

/** Networks, peers and checks have no part in a composition, and may themselves be wrong. */
function resolved({ machines }: LabFile): readonly Machine[] {
  return resolveLab({ machines }, 'lab.yaml').machines;
}

function judge(lab: LabFile): Judged[] {
  return resolved(lab).flatMap((machine) => {
    const { devices, functions, findings } = judgeMachine(machine);
    return findings.map((finding) => {
      const about = [finding.culprit, finding.device].flatMap((index) =>
        functionOf(functions, devices[index]),
      );
      return { machine: machine.name, finding, path: writtenPlace(lab, machine.name, about, finding.rule) };
    });
  });
}

function functionOf(
  functions: readonly ComposedFunction[],
  device: ComposedFunction['device'] | undefined,
): ComposedFunction[] {
  const found = functions.find((one) => one.device === device);
  return found === undefined ? [] : [found];
}

function problemOf(finding: CompositionFinding, path: Path, at: Locator): Problem {
  const { code } = aspectOf(finding.rule);
  return {
    code,
    message: finding.message,
    hint: finding.hint,
    location: at.locate(path),
  };
}
