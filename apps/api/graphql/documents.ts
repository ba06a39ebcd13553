import { type DocumentNode, GraphQLError, parse, specifiedRules, validate } from 'graphql';
import { checkDocument, checkSource, parseOptions, type Runtime, validationOptions } from '#graphql';

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

/** The document of a message, parsed and validated; otherwise its errors, with the codes that Apollo Server uses. */
export function documentOf({ schema }: Runtime, query: string): DocumentNode | GraphQLError[] {
  const document = attempt(() => {
    checkSource(query);
    return parse(query, parseOptions);
  }, 'GRAPHQL_PARSE_FAILED');
  if (Array.isArray(document)) return document;
  const errors = attempt(() => {
    checkDocument(document);
    return validate(schema, document, specifiedRules, validationOptions).map(withCode('GRAPHQL_VALIDATION_FAILED'));
  }, 'GRAPHQL_VALIDATION_FAILED');
  return errors.length > 0 ? errors : document;
}
