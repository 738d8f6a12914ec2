/** Whether a value has a shape. */
type Test = (value: unknown) => boolean;

const text: Test = (value) => typeof value === 'string';
const number: Test = (value) => typeof value === 'number';
const orNull =
  (test: Test): Test =>
  (value) =>
    value === null || test(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const mapping =
  (tests: Readonly<Record<string, Test>>): Test =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(tests).every(([key, test]) => test((value as Readonly<Record<string, unknown>>)[key]));

const identity = mapping({ pid: number, startTime: number, bootId: text });
const acceleration = mapping({ accelerator: text, reason: text });
const named = mapping({ name: text });

const ofAnyVersion = mapping({
  version: number,
  id: text,
  definition: text,
  lab: named,
  holder: orNull(mapping({ outer: identity, init: identity })),
});

const ofThisVersion = mapping({
  startedAt: text,
  tools: mapping({
    qemu: text,
    kernel: text,
    bin: text,
    images: mapping({}),
    acceleration,
    accelerationInside: acceleration,
  }),
  lab: mapping({ networks: listOf(named), peers: listOf(named), machines: listOf(named) }),
  parts: listOf(
    mapping({
      kind: text,
      name: text,
      digest: text,
      needs: listOf(text),
      state: text,
      starter: orNull(identity),
      main: orNull(identity),
    }),
  ),
});

/** Whether a value, read from the file of a record, has what every version of lab needs of it and, for `version`, all that is used. */
export function isRecord(value: unknown, version: number): boolean {
  if (!ofAnyVersion(value)) return false;
  return (value as { version: number }).version !== version || ofThisVersion(value);
}
