import { type GraphQLNamedType, type GraphQLSchema, isIntrospectionType, isSpecifiedScalarType, printType } from 'graphql';
import { memoized } from '#apimachinery';

/** The texts of types: graphs of clusters with custom kinds share most of theirs. */
const textOf = memoized((type: GraphQLNamedType) => printType(type));

/**
 * The schema in GraphQL's definition language, in the order of its types, as code generators read it. The roots have the usual names, so
 * there is no schema definition. `turn`: called between types, may have to be waited for.
 */
export async function sdlOf(schema: GraphQLSchema, turn: () => Promise<void> | undefined): Promise<string> {
  const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));
  const texts: string[] = [];
  for (const type of types) {
    texts.push(textOf(type));
    const wait = turn();
    if (wait) await wait;
  }
  return `${texts.join('\n\n')}\n`;
}
