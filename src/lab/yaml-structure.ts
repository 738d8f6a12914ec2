import { isAlias, isScalar, visit, type Document, type Node } from 'yaml';
import type { Location, Problem } from '../errors/lab-error.js';

/** Where an offset in the text is. */
export type Place = (offset: number) => Location;

/** What YAML allows and a definition cannot hold. */
export function structureProblems(document: Document, at: Place): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) || isAlias(key)) return;
      problems.push({
        code: 'LAB-YAML',
        message: 'this key is a list or a mapping',
        location: at((key as Node).range?.[0] ?? 0),
        hint: 'a key is one word',
      });
    },
    Alias: (_, alias, ancestors) => {
      const target = alias.resolve(document);
      if (target !== undefined && !ancestors.includes(target)) return;
      if (target !== undefined) {
        problems.push({
          code: 'LAB-YAML',
          message: `\`*${alias.source}\` stands within what it is to repeat`,
          location: at(alias.range?.[0] ?? 0),
          hint: 'write out what is meant here: nothing can hold itself',
        });
        return;
      }
      problems.push({
        code: 'LAB-YAML',
        message: `\`*${alias.source}\` names nothing: there is no \`&${alias.source}\` before it`,
        location: at(alias.range?.[0] ?? 0),
        hint: 'put the anchor where the part is first written, or write the part out here',
      });
    },
  });
  return problems;
}
