import { type GraphQLFieldConfigArgumentMap, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { nullableListOf } from '../output-types.js';
import type { Struct } from '../shapes/shape.js';
import type { FilterTypes } from './input-types.js';

/** The argument `where` of fields with many objects of a struct. */
export const whereArgument = (types: FilterTypes, struct: Struct): GraphQLFieldConfigArgumentMap => ({
  where: { type: types.where(struct), description: 'Only objects for which this holds: { status: { phase: { ne: Running } } }' },
});

/** The arguments of fields that list objects of a struct. */
export const questionArguments = (types: FilterTypes, struct: Struct): GraphQLFieldConfigArgumentMap => ({
  ...whereArgument(types, struct),
  orderBy: {
    type: nullableListOf(types.order(struct)),
    description: 'By one field each, the most important one first: [{ metadata: { creationTimestamp: DESC } }]',
  },
});

/** Whether nothing but one field is selected of what a field leads to. */
export function asksOnlyFor(name: string, { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): boolean {
  const seen = new Set<string>();
  const only = ({ selections }: SelectionSetNode): boolean =>
    selections.every((node) => {
      if (node.kind === 'Field') return node.name.value === name;
      if (node.kind === 'InlineFragment') return only(node.selectionSet);
      if (seen.has(node.name.value)) return true;
      seen.add(node.name.value);
      const fragment = fragments[node.name.value];
      return !fragment || only(fragment.selectionSet);
    });
  return fieldNodes.every(({ selectionSet }) => !selectionSet || only(selectionSet));
}
