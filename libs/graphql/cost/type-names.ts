import { type DocumentNode, GraphQLError, type GraphQLSchema, Source, visit } from 'graphql';
import { didYouMean } from '../similar.js';

/** A type that a document names, and where it does first: characters from its beginning. */
export interface NamedType {
  readonly name: string;
  readonly at: number;
}

/** The types that a document names, each once. */
export function typesNamedIn(document: DocumentNode): NamedType[] {
  const named = new Map<string, number>();
  visit(document, {
    NamedType({ name: { value }, loc }) {
      if (!named.has(value)) named.set(value, loc?.start ?? 0);
    },
  });
  return [...named].map(([name, at]) => ({ name, at }));
}

/** A name is compared with those that begin alike, and with no more of them. */
const BEGINNING = 3;
const MOST_COMPARED = 300;

const beginningOf = (name: string): string => name.slice(0, BEGINNING).toLowerCase();

function* alike(name: string, schema: GraphQLSchema): Generator<string> {
  const beginning = beginningOf(name);
  let compared = 0;
  for (const other of Object.keys(schema.getTypeMap())) {
    if (beginningOf(other) !== beginning) continue;
    yield other;
    compared += 1;
    if (compared === MOST_COMPARED) return;
  }
}

/**
 * Throws for a name that no type has. graphql-js's own rule (KnownTypeNamesRule) does so too, but compares each unknown name with those of all
 * types, of which there are thousands.
 */
export function checkTypeNames(named: readonly NamedType[], text: string, schema: GraphQLSchema): void {
  const unknown = named.find(({ name }) => schema.getType(name) === undefined);
  if (!unknown) return;
  throw new GraphQLError(`Unknown type "${unknown.name}".${didYouMean(unknown.name, alike(unknown.name, schema))}`, {
    source: new Source(text),
    positions: [unknown.at],
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
