import { assertion, type Assertion } from './check.js';

/** What became of a QEMU that was given a composition that it must not accept. */
export interface Refusal {
  /** All that QEMU wrote; null: it did not end. */
  readonly said: string | null;
  /** Of each reason to refuse, as much of QEMU's message as does not depend on names; one of them must be in what it wrote. */
  readonly reasons: readonly string[];
}

/** QEMU's own sentence: what follows the path of its program. */
function sentence(said: string): string {
  const line = said.split('\n').find((text) => text.includes('qemu-system')) ?? said;
  return line.replace(/^.*?qemu-system-[a-z0-9_]+: /, '').trim();
}

/** What QEMU's verdict comes to. */
export interface RefusalFindings {
  readonly assertions: readonly Assertion[];
  readonly remarks: readonly string[];
}

/** Judges a refusal: that QEMU ended, and that it did so for the reason that the composition gives it. */
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
        reason === undefined ? 'QEMU refuses it for the expected reason' : `QEMU says why: ${reason}`,
        `it said: ${sentence(said)}`,
        ...reasons.map((text) => `expected: ${text}`),
      ),
    ],
    remarks: [`QEMU: ${sentence(said)}`],
  };
}
