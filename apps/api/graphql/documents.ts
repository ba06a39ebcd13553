import { type DocumentNode, GraphQLError, parse, specifiedRules, validate } from 'graphql';
import { checkDocument, checkSource, type GraphSession, parseOptions, type Runtime, validationOptions } from '#graphql';

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

/** The document of a message, parsed and validated when it is its tenant's turn; otherwise its errors, with the codes that Apollo Server uses. */
export async function documentOf(runtime: Runtime, tenant: Tenant, query: string): Promise<DocumentNode | GraphQLError[]> {
  await turnOf(runtime, tenant);
  const document = attempt(() => {
    checkSource(query);
    return parse(query, parseOptions);
  }, 'GRAPHQL_PARSE_FAILED');
  if (Array.isArray(document)) return document;
  const errors = attempt(() => {
    checkDocument(document);
    return validate(runtime.schema, document, specifiedRules, validationOptions).map(withCode('GRAPHQL_VALIDATION_FAILED'));
  }, 'GRAPHQL_VALIDATION_FAILED');
  return errors.length > 0 ? errors : document;
}
