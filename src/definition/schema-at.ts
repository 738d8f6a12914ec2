import { labSchema } from './json-schema.js';
import type { Path } from './path.js';

/** The part of JSON Schema in which the shape of a definition is written. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** The forms that a value may have. */
function formsOf(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(formsOf);
}

function below(node: SchemaNode, part: string | number): readonly SchemaNode[] {
  const { properties = {}, additionalProperties, items } = node;
  const candidates = [
    Object.hasOwn(properties, part) ? properties[part] : undefined,
    typeof additionalProperties === 'object' ? additionalProperties : undefined,
    typeof part === 'number' ? items : undefined,
  ];
  return candidates.flatMap((candidate) => (candidate === undefined ? [] : formsOf(candidate)));
}

let schema: SchemaNode | undefined;

function formsAt(path: Path): readonly SchemaNode[] {
  schema ??= labSchema();
  return path.reduce<readonly SchemaNode[]>(
    (forms, part) => forms.flatMap((form) => below(form, part)),
    formsOf(schema),
  );
}

/** The keys that a mapping at this place may have, in any of its forms. */
export function keysAt(path: Path): string[] {
  return [...new Set(formsAt(path).flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** Whether this place is a mapping whose keys are names that the definition gives. */
export function takesNames(path: Path): boolean {
  return formsAt(path).some(({ additionalProperties }) => typeof additionalProperties === 'object');
}

/** The words that this place allows; none if it allows any text. */
export function wordsAt(path: Path): string[] {
  const words = formsAt(path).flatMap((form) => form.enum ?? [form.const]);
  return [...new Set(words.filter((word) => typeof word === 'string'))];
}
