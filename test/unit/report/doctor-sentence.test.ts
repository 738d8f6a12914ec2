import { describe, expect, it } from 'vitest';
import { doctorSentence } from '../../../src/report/doctor-sentence.js';
import type { Probe } from '../../../src/toolchain/doctor.js';

function probe(name: string, verdict: Probe['verdict'], required = true): Probe {
  return { name, verdict, required, found: 'x' };
}

const kvm = (verdict: Probe['verdict']): Probe => probe('KVM', verdict, false);
const good = probe('Node.js', 'ok');
const optional = probe('libguestfs', 'missing', false);

describe('the last sentence of lab doctor', () => {
  it.each<[Probe[], string]>([
    [[good, kvm('ok'), optional], 'labs run here, with KVM'],
    [[good, kvm('missing')], 'labs run here, by emulation; nested labs take minutes'],
    [
      [good, kvm('warning'), probe('guest kernel', 'warning')],
      'labs run here, with KVM if a guest runs under it, otherwise by emulation; what is not here yet is fetched or built first',
    ],
    [[probe('mmdebstrap', 'missing'), kvm('ok')], 'labs do not run here yet: mmdebstrap is missing'],
    [
      [probe('a', 'missing'), probe('b', 'missing'), probe('c', 'missing'), kvm('ok')],
      'labs do not run here yet: a, b and c are missing',
    ],
  ])('of %j is: %s', (probes, sentence) => {
    expect(doctorSentence(probes)).toBe(sentence);
  });

  it.each<[Probe[], number | null, string]>([
    [[kvm('missing')], 480, 'lab k8s runs here, by emulation; testing it takes about 8 minutes'],
    [[kvm('missing')], 90, 'lab k8s runs here, by emulation; testing it takes about 90 s'],
    [[kvm('missing')], null, 'lab k8s runs here, by emulation'],
    [
      [kvm('ok'), probe('images', 'warning')],
      480,
      'lab k8s runs here, with KVM; what is not here yet is fetched or built first',
    ],
    [[kvm('ok'), probe('images', 'missing')], 480, 'lab k8s does not run here yet: images is missing'],
  ])('for a lab, of %j, is about that one: %s', (probes, takesSeconds, sentence) => {
    expect(doctorSentence(probes, { name: 'k8s', takesSeconds })).toBe(sentence);
  });
});
