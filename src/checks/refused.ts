import { assertion, type Assertion } from './check.js';

/** How QEMU reacted to a composition that it must refuse. */
export interface Refusal {
  /** Everything that QEMU printed; null: it did not exit. */
  readonly said: string | null;
  /** For each reason to refuse, the part of QEMU's message that does not depend on names. QEMU must have printed one of them. */
  readonly reasons: readonly string[];
}

/** QEMU's message, without the path of its program in front. */
function sentence(said: string): string {
  const line = said.split('\n').find((text) => text.includes('qemu-system')) ?? said;
  return line.replace(/^.*?qemu-system-[a-z0-9_]+: /, '').trim();
}

/** The findings about QEMU's reaction. */
export interface RefusalFindings {
  readonly assertions: readonly Assertion[];
  readonly remarks: readonly string[];
}

/** Judges a refusal: QEMU exited, and for a reason that the composition gives it. */
export function judgeRefusal({ said, reasons }: Refusal): RefusalFindings {
  if (said === null)
    return {
      assertions: [
        assertion(false, 'QEMU refuses the composition', 'QEMU accepted it, and its guest booted'),
      ],
      remarks: [],
    };
  const reason = reasons.find((text) => said.includes(text));
  return {
    assertions: [
      assertion(true, 'QEMU refuses the composition'),
      assertion(
        reason !== undefined,
        reason === undefined ? 'QEMU refuses it for the expected reason' : `QEMU gives the reason: ${reason}`,
        `it said: ${sentence(said)}`,
        ...reasons.map((text) => `expected: ${text}`),
      ),
    ],
    remarks: [`QEMU: ${sentence(said)}`],
  };
}
