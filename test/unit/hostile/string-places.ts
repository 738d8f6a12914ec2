import { labSchema } from '../../../src/definition/json-schema.js';

interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** A place of a definition that takes text: a value or a name. */
export interface StringPlace {
  /** With dots, as `--set` takes it. */
  readonly path: string;
  readonly kind: 'value' | 'name';
  /** The definition with this text there. */
  with(text: string): unknown;
}

type Mapping = Readonly<Record<string, unknown>>;

function mappingOf(value: unknown, fits: (key: string) => boolean): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.keys(value).every(fits) ? (value as Mapping) : {};
}

function* placesIn(
  node: SchemaNode,
  value: unknown,
  path: readonly string[],
  put: (value: unknown) => unknown,
): Iterable<StringPlace> {
  if (node.anyOf !== undefined) {
    for (const form of node.anyOf) yield* placesIn(form, value, path, put);
    return;
  }
  if (node.type === 'string') yield { path: path.join('.'), kind: 'value', with: put };
  const { properties, additionalProperties, items } = node;
  if (properties !== undefined) {
    const current = mappingOf(value, (key) => Object.hasOwn(properties, key));
    for (const [key, inner] of Object.entries(properties))
      yield* placesIn(inner, current[key], [...path, key], (changed) => put({ ...current, [key]: changed }));
  }
  if (typeof additionalProperties === 'object') {
    const current = mappingOf(value, () => true);
    const [name = 'x0'] = Object.keys(current);
    const { [name]: entry = {}, ...others } = current;
    const place = [...path, name];
    yield { path: place.join('.'), kind: 'name', with: (text) => put({ ...others, [text]: entry }) };
    yield* placesIn(additionalProperties, entry, place, (changed) => put({ ...current, [name]: changed }));
  }
  if (items !== undefined) {
    const [first, ...others] = Array.isArray(value) ? (value as unknown[]) : [];
    yield* placesIn(items, first, [...path, '0'], (changed) => put([changed, ...others]));
  }
}

/** Every place of a definition that takes text, by the schema itself: a key that comes anew is among them. */
export function stringPlaces(definition: unknown): StringPlace[] {
  return [...placesIn(labSchema(), definition, [], (whole) => whole)];
}
