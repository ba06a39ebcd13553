import type { Schema } from './schema-node.js';

/**
 * What OpenAPI documents show of a schema (apiextensions-apiserver/pkg/controller/openapi/builder): everything but validation rules of
 * conditions that v2 does not know is left to the reader of the document.
 */
export function published(schema: Schema): Readonly<Record<string, unknown>> {
  return schema as unknown as Readonly<Record<string, unknown>>;
}
