import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { BuiltInGraph } from '../schema.js';
import { sdlOf } from './sdl.js';

test('the text of the graph is a schema, the same one', async () => {
  const { schema } = new BuiltInGraph({ ofDefinition: ({ id }) => `About ${id}.`, ofField: () => undefined });
  let turns = 0;
  const text = await sdlOf(schema, () => {
    turns += 1;
    return undefined;
  });
  expect(printSchema(lexicographicSortSchema(buildSchema(text)))).toBe(printSchema(lexicographicSortSchema(schema)));
  expect(turns).toBeGreaterThan(100);
  expect(await sdlOf(schema, () => Promise.resolve())).toBe(text);
});
