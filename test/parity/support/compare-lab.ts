import { composeMachine } from '../../../src/devices/composed-machine.js';
import type { LabFile } from '../../../src/definition/shape.js';
import type { Comparison, Outcome } from './compare.js';
import { seenByGuest } from './compare.js';
import { madeFunctions } from './expected-view.js';
import { seeAsGuest } from './guest-view.js';
import { problemsOf, renderedArguments, resolvedLab } from './lab-case.js';
import { askQemu } from './stopped-qemu.js';

/** Asks the validator about a lab of one machine, and QEMU about what is rendered for it. */
export async function compareLab(qemu: string, written: LabFile): Promise<Comparison> {
  const problems = problemsOf(written);
  // LAB-MORE stands for the problems past the hundredth.
  const foreign = problems.find(({ code }) => code !== 'LAB-MORE' && !code.startsWith('LAB-RULE-SRIOV-'));
  if (foreign !== undefined) throw new Error(`not about compositions: ${foreign.message} [${foreign.code}]`);
  const lab = resolvedLab(written);
  const [machine] = lab.machines;
  if (machine === undefined) throw new Error('the lab has no machine');
  const composition = composeMachine(machine);
  const verdict = await askQemu(qemu, renderedArguments(lab, machine), async (stopped) =>
    seenByGuest(composition, await seeAsGuest(stopped, composition.buses)),
  );
  const said = saidByValidator(written, problems.length > 0);
  const actual: Outcome = !verdict.accepted ? 'refused' : said === 'refused' ? 'accepted' : said;
  const comparison = { outcome: actual, rule: problems[0]?.code };
  if (said !== actual) {
    const why = problems.map(({ message }) => message).join('; ');
    const words = verdict.accepted ? 'accepts' : `refuses: ${verdict.message}`;
    return { ...comparison, disagreement: `the validator says ${said} (${why}), QEMU ${words}` };
  }
  if (!verdict.accepted) return { ...comparison, disagreement: undefined };
  // A lab that validates has all of its functions; one with a trap has not, or it would be none.
  const all = madeFunctions(composition).join(', ');
  const complete = verdict.seen.join(', ') === all;
  const harmless = ['LAB-MORE', 'LAB-RULE-SRIOV-PROPERTY'];
  const hidden = problems.some(({ code }) => !harmless.includes(code));
  return {
    ...comparison,
    disagreement:
      complete === !hidden
        ? undefined
        : `the lab says [${all}] (${said}), a guest sees [${verdict.seen.join(', ')}]`,
  };
}

/** A lab that QEMU must refuse validates exactly if there is a reason to. */
function saidByValidator(written: LabFile, hasProblems: boolean): Outcome {
  if (!hasProblems) return 'accepted';
  const refused = !problemsOf({ ...written, expect: 'refused' }).some(
    ({ code }) => code === 'LAB-RULE-EXPECT',
  );
  return refused ? 'refused' : 'trap';
}
