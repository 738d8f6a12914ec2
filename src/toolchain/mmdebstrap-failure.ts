import { EnvironmentError, ToolchainError } from '../errors/families.js';
import type { LabError, Problem } from '../errors/lab-error.js';
import { faultIn } from '../process/words.js';
import type { Mirror } from './mirror.js';

interface Explanation {
  readonly sign: RegExp;
  readonly family: typeof EnvironmentError | typeof ToolchainError;
  readonly problem: (mirror: Mirror) => Problem;
}

const otherMirror = 'try another mirror with --mirror URL or LAB_DEBIAN_MIRROR=URL';

const origins: Readonly<Record<Mirror['origin'], string>> = {
  option: 'from --mirror or LAB_DEBIAN_MIRROR',
  apt: "from this computer's apt configuration",
  default: 'the default',
};

/** Looked through in this order: the first whose sign is in mmdebstrap's words is taken. */
const explanations: readonly Explanation[] = [
  {
    sign: /is not valid yet/,
    family: EnvironmentError,
    problem: (mirror) => ({
      code: 'LAB-ENV-CLOCK',
      message: `the mirror ${mirror.url} has files from the future, according to this computer’s clock`,
      hint: 'set the clock (timedatectl status shows it), then run the command again',
    }),
  },
  {
    sign: /Could not resolve|Temporary failure resolving|(Could not|Unable to|Cannot initiate the connection|Failed to) connect|Connection (timed out|refused|failed|reset)|Network is unreachable|No route to host|certificate verif/i,
    family: ToolchainError,
    problem: (mirror) => ({
      code: 'LAB-TOOLCHAIN-MIRROR-UNREACHABLE',
      message: `the Debian mirror ${mirror.url} (${origins[mirror.origin]}) cannot be reached`,
      hint: `check the network, the proxy (http_proxy, or apt's configuration) and the mirror's name, or ${otherMirror}`,
    }),
  },
  {
    sign: /NO_PUBKEY|EXPKEYSIG|BADSIG|public key is not available|Missing key|signatures? (were|was|could not be|couldn't be) (invalid|verified)/i,
    family: ToolchainError,
    problem: (mirror) => ({
      code: 'LAB-TOOLCHAIN-SIGNATURE',
      message: `the signature of the mirror ${mirror.url} cannot be verified with this computer’s Debian keyring`,
      hint: `update the keyring: sudo apt-get install debian-archive-keyring; on an old release take that package from Debian itself. If the keyring is up to date, do not trust the mirror: ${otherMirror}`,
    }),
  },
  {
    sign: /does not have a Release file|is not signed|Unable to locate package|has no installation candidate|unmet dependencies|Failed to fetch|Hash Sum mismatch|Unable to correct problems/i,
    family: ToolchainError,
    problem: (mirror) => ({
      code: 'LAB-TOOLCHAIN-MIRROR-INCOMPLETE',
      message: `the mirror ${mirror.url} (${origins[mirror.origin]}) lacks packages that the toolchain needs, from Debian 13 or its backports`,
      hint: `wait if the mirror is being updated, or ${otherMirror}`,
    }),
  },
];

/** Whether apt refused the mirror only because its Release file is out of date; apt says so after its signature was found good. */
export function isExpiredRelease(output: string): boolean {
  return /Release file for .* is expired/.test(output);
}

/** The error that says what went wrong in mmdebstrap, with its own words as the cause. */
export function explainFailure(output: string, mirror: Mirror): LabError {
  const words = lastWords(output);
  // What this computer lacks is no fault of the mirror's.
  const fault = faultIn(output, words);
  if (fault !== undefined) return fault;
  const cause = new Error(words);
  const explanation = explanations.find(({ sign }) => sign.test(output));
  if (explanation !== undefined) return new explanation.family(explanation.problem(mirror), { cause });
  return new ToolchainError(
    {
      code: 'LAB-TOOLCHAIN-PROVISION',
      message: `mmdebstrap could not fetch the toolchain from ${mirror.url}`,
      hint: `run the command again; if it fails again, ${otherMirror}`,
    },
    { cause },
  );
}

/** The lines in which apt and mmdebstrap complain, or the last lines if none do. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines.filter((line) => /^(E:|Err:|dpkg-deb: error)/.test(line));
  const shown = (complaints.length > 0 ? complaints : lines).slice(-6).map((line) => line.slice(0, 300));
  return `mmdebstrap said:\n${shown.join('\n')}`;
}
