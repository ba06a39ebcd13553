// What the editors hold, as a request.
import { graphql } from './packages.js';
import { checkHeaders } from './request-headers.js';
import { titleOf } from './tab-store.js';

const empty = (text) => text === undefined || text === null || text.trim() === '';

function objectOf(text, what) {
  if (empty(text)) return undefined;
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} are not JSON: ${error.message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error(`${what} must be a JSON object: {"name": "value"}`);
}

/** The operations of a document: `{name, kind}` each; none if it cannot be parsed. */
export function operationsIn(query) {
  try {
    return graphql
      .parse(query)
      .definitions.filter(({ kind }) => kind === 'OperationDefinition')
      .map(({ name, operation }) => ({ name: name?.value, kind: operation }));
  } catch {
    return [];
  }
}

/**
 * The request for the operation of this name, or the first one: `{title, kind, request, headers}`. Throws an error that says what is wrong
 * with variables or headers. What is wrong with the query is said by the server.
 */
export function operationOf({ query, variables, headers, operationName }) {
  const operations = operationsIn(query);
  const { name, kind } = operations.find((operation) => operation.name === operationName) ?? operations[0] ?? {};
  const operation = {
    title: name ?? titleOf(query),
    kind: kind ?? 'query',
    request: { query, variables: objectOf(variables, 'Variables'), ...(name && { operationName: name }) },
    headers: objectOf(headers, 'Headers'),
  };
  checkHeaders(operation.headers, operation.kind);
  return operation;
}
