import { isAlias, isMap, isScalar, visit, type Document, type Node, type YAMLMap } from 'yaml';
import type { Location, Problem } from '../errors/lab-error.js';

/** Where an offset in the text is. */
export type Place = (offset: number) => Location;

/** Structures that YAML allows but a definition does not, and repeated keys. One pass, however long the text is. */
export function structureProblems(document: Document, at: Place): Problem[] {
  const problems: Problem[] = [];
  const anchors = new Map<string, unknown>();
  const complain = (node: Node, message: string, hint: string): void => {
    problems.push({ code: 'LAB-YAML', message, location: at(node.range?.[0] ?? 0), hint });
  };
  visit(document, {
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isMap(node)) keyProblems(node, complain);
    },
    Alias: (_, alias, ancestors) => {
      const target = anchors.get(alias.source);
      if (target === undefined) {
        complain(
          alias,
          `\`*${alias.source}\` refers to nothing: there is no \`&${alias.source}\` before it`,
          'put the anchor where the part is first written, or repeat the part here',
        );
      } else if ((ancestors as readonly unknown[]).includes(target)) {
        complain(
          alias,
          `\`*${alias.source}\` is inside the part that it repeats`,
          'write the part out: nothing can contain itself',
        );
      }
    },
  });
  return problems;
}

type Complain = (node: Node, message: string, hint: string) => void;

function keyProblems(map: YAMLMap, complain: Complain): void {
  const seen = new Set<string>();
  for (const { key } of map.items as { key: Node | null }[]) {
    if (key === null || isAlias(key)) continue;
    if (!isScalar(key)) {
      complain(key, 'this key is a list or a mapping', 'a key is one word');
      continue;
    }
    const name = String(key.value);
    if (seen.has(name)) complain(key, `\`${name}\` is there twice`, 'rename one of them, or merge the two');
    seen.add(name);
  }
}
