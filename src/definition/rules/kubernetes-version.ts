import type { Problem } from '../../errors/lab-error.js';
import { DEFAULT_KUBERNETES_VERSION } from '../defaults.js';

/** The first version that Go's module proxy serves with all that a cluster needs. */
const OLDEST = { major: 1, minor: 34 };

/** Why a version of Kubernetes cannot be built; undefined if it can, as far as the version tells. */
export function unbuildable(version: string): Pick<Problem, 'message' | 'hint'> | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
  if (major === undefined || minor === undefined)
    return {
      message: `\`${version}\` is not a version of Kubernetes`,
      hint: `write three numbers, such as ${DEFAULT_KUBERNETES_VERSION}, or leave the version out`,
    };
  if (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor) return undefined;
  return {
    message: `Kubernetes ${version} cannot be built: its sources are not served as Go modules`,
    hint: `choose ${OLDEST.major}.${OLDEST.minor}.0 or a later ${OLDEST.major}.x, or leave the version out`,
  };
}
