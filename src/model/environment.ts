/** The part of the environment that lab reads. The command line reads it once and passes it down. */
export interface Environment {
  /** The folder of toolchains and images, which may be deleted at any time when no lab runs. */
  readonly cache: string;
  /** The folder of running labs, their logs and results: what `down` works from. */
  readonly state: string;
  /** The file with the keys of Debian's archive; undefined: where Debian and Ubuntu have it. */
  readonly debianKeyring: string | undefined;
  /** The URL of a mirror of Rocky Linux; undefined: Rocky's own. */
  readonly rockyMirror: string | undefined;
}
