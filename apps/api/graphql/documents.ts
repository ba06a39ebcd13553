import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import { Memo, memoized } from '#apimachinery';
import {
  checkDocument,
  checkSource,
  checkTypeNames,
  type GraphSession,
  parseOptions,
  type Runtime,
  typesNamedIn,
  validationOptions,
} from '#graphql';

const withCode =
  (code: string) =>
  (error: GraphQLError): GraphQLError =>
    new GraphQLError(error.message, {
      nodes: error.nodes,
      source: error.source,
      positions: error.positions,
      extensions: { code, ...error.extensions },
    });

function attempt<T>(run: () => T, code: string): T | GraphQLError[] {
  try {
    return run();
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode(code)(error)];
    throw error;
  }
}

/** The document of a text; undefined if it is none. */
export function parsed(source: string): DocumentNode | undefined {
  try {
    return parse(source, parseOptions);
  } catch {
    return undefined;
  }
}

interface Tenant {
  readonly cluster: Pick<GraphSession['cluster'], 'id'>;
}

/**
 * Resolves when it is the turn of a cluster's tenant to parse and validate a document: what arrives over many connections at once, or many messages of
 * one, would otherwise take one iteration of the event loop.
 */
export async function turnOf({ turns }: Runtime, { cluster }: Tenant): Promise<void> {
  await turns.share(cluster.id).turn();
}

/** Parses and validates. Returns the errors of a document that is refused, with the codes that Apollo Server uses. */
function read({ schema }: Runtime, query: string): DocumentNode | GraphQLError[] {
  const document = attempt(() => {
    checkSource(query);
    return parse(query, parseOptions);
  }, 'GRAPHQL_PARSE_FAILED');
  if (Array.isArray(document)) return document;
  const errors = attempt(() => {
    checkDocument(document);
    checkTypeNames(typesNamedIn(document), query, schema);
    return validate(schema, document, specifiedRules, validationOptions).map(withCode('GRAPHQL_VALIDATION_FAILED'));
  }, 'GRAPHQL_VALIDATION_FAILED');
  return errors.length > 0 ? errors : document;
}

let schemas = 0;
const numberOf = memoized((_schema: GraphQLSchema) => ++schemas);

/** Valid documents of all schemas: clients subscribe to the same again and again. A document takes about fifty times the memory of its text. */
const valid = new Memo<DocumentNode>({ bytes: 256 * 1024, longest: 4 * 1024 });

/** The document of a message; one that is not known is parsed and validated when it is its tenant's turn. Otherwise its errors. */
export async function documentOf(runtime: Runtime, tenant: Tenant, query: string): Promise<DocumentNode | GraphQLError[]> {
  const key = `${numberOf(runtime.schema)} ${query}`;
  if (!valid.has(key)) await turnOf(runtime, tenant);
  let refused: GraphQLError[] | undefined;
  try {
    return valid.of(key, () => {
      const document = read(runtime, query);
      if (!Array.isArray(document)) return document;
      refused = document;
      throw refused;
    });
  } catch (error) {
    if (refused) return refused;
    throw error;
  }
}
