import { bisect, gammaln } from 'simple-statistics';

const MAX_TERMS = 500;
const PRECISION = 1e-14;
/** Keeps a step of Lentz's method from dividing by zero. */
const TINY = 1e-300;
/** No quantile that anybody asks for lies beyond; with one degree of freedom that of 0.9995 is 637. */
const FARTHEST = 1e6;
const MAX_HALVINGS = 200;

/** The continued fraction of the incomplete beta function, by Lentz's method (NIST DLMF 8.17.22, 3.10). */
function betaFraction(x: number, a: number, b: number): number {
  const inverse = (value: number): number => 1 / (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = inverse(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MAX_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = inverse(1 + term * d);
      c = 1 + term / c;
      if (Math.abs(c) < TINY) c = TINY;
      change = d * c;
      fraction *= change;
    }
    if (Math.abs(change - 1) < PRECISION) break;
  }
  return fraction;
}

/** The regularized incomplete beta function I_x(a, b) (NIST DLMF 8.17). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log(1 - x));
  // The fraction converges quickly on this side alone; the other one is its mirror image.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** The probability that Student's t with so many degrees of freedom is at most `t`. */
export function studentProbability(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The value that Student's t stays below with this probability (0 to 1, neither included). */
export function studentQuantile(probability: number, degrees: number): number {
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees);
  return bisect(
    (t: number) => studentProbability(t, degrees) - probability,
    0,
    FARTHEST,
    MAX_HALVINGS,
    1e-12,
  );
}
