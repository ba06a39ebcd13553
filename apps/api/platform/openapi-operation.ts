import { z } from 'zod';
import type { named } from './schemas/named.js';

export type Json = Record<string, unknown>;

/** The name of a shape in the document. */
type Name = keyof typeof named;

export const ref = (name: Name) => ({ $ref: `#/components/schemas/${name}` });

/** Content of the type application/json. */
export const json = (schema: Json) => ({ content: { 'application/json': { schema } } });

const problem = { description: 'The error', content: { 'application/problem+json': { schema: ref('Problem') } } };

interface Operation {
  summary: string;
  body?: Name;
  status?: number;
  answer?: Json;
  parameters?: Json[];
}

/** One operation of a path. */
export const operation = ({ summary, body, status = 200, answer, parameters }: Operation) => ({
  summary,
  parameters,
  requestBody: body && { required: true, ...json(ref(body)) },
  responses: { [status]: { description: 'Done', ...answer }, default: problem },
});

/** The answer of a list. */
export const list = (name: Name) =>
  json({ type: 'object', required: ['items'], properties: { items: { type: 'array', items: ref(name) } } });

/** Each parameter of a query, from the schema that validates it. */
export const parametersOf = (query: z.ZodType): Json[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
};
