/** What an instance of a lab may be called: short, as its folder and its id contain it. */
const INSTANCE = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** What instances begin with that a command makes for itself. */
const THROW_AWAY = 'tmp-';

export function isInstanceName(text: string): boolean {
  return INSTANCE.test(text);
}

/** Whether a command has made the instance for itself, and takes it away when it has ended. */
export function isThrowAway(instance: string | null): boolean {
  return instance?.startsWith(THROW_AWAY) === true;
}

/** A name for an instance of this process. */
export function throwAwayName(): string {
  return `${THROW_AWAY}${process.pid}`;
}

/** A lab and its instance as a command line names them: `quickstart`, or `quickstart --instance two`. */
export function labWords(lab: string, instance: string | null): string {
  return instance === null ? lab : `${lab} --instance ${instance}`;
}
