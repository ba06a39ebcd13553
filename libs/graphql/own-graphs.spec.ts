import type { KindSchema, Served } from '#api';
import type { Runtime } from './execution/operation.js';
import { limits } from './limits.js';
import { OwnGraphs } from './own-graphs.js';

/** A schema with so many typed fields. */
function schema(fields: number): KindSchema {
  const spec = Object.fromEntries(Array.from({ length: fields / 100 }, (_, at) => [`f${at}`, object(99)]));
  return { published: { properties: spec } } as unknown as KindSchema;
}
const object = (fields: number) => ({ properties: Object.fromEntries(Array.from({ length: fields }, (_, at) => [`f${at}`, {}])) });
const graph = (...schemas: KindSchema[]) => ({
  served: { own: schemas.map((one) => ({ info: {}, schema: one })) } as unknown as Served,
  runtime: {} as Runtime,
});
const ofFields = (fields: number) => limits.ownKindBytes + fields * limits.typedFieldBytes;

test('types of a schema count once for all graphs that have it, until none has', () => {
  const graphs = new OwnGraphs();
  const shared = schema(1000);
  graphs.set('a', graph(shared));
  graphs.set('b', graph(shared, schema(200), shared));
  expect(graphs.bytes).toBe(2 * limits.graphBytes + ofFields(1000) + ofFields(200));
  graphs.delete('a');
  expect(graphs.bytes).toBe(limits.graphBytes + ofFields(1000) + ofFields(200));
  graphs.set('b', graph());
  expect(graphs.bytes).toBe(limits.graphBytes);
});

test('those that have not been used for longest go when there are too many bytes; the newest one stays', () => {
  const graphs = new OwnGraphs();
  const large = () => Array.from({ length: 6 }, () => schema(3000));
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
  const kept = () => names.filter((name) => graphs.get(name) !== undefined);
  graphs.set('a', graph(...large()));
  graphs.set('b', graph(...large()));
  graphs.get('a');
  for (const name of names.slice(2)) graphs.set(name, graph(...large()));
  expect(graphs.bytes).toBeLessThanOrEqual(limits.ownGraphsBytes);
  expect(kept()).not.toContain('b');
  expect(kept()).toContain('j');
  graphs.set('k', graph(...Array.from({ length: 60 }, () => schema(3000))));
  expect([kept(), graphs.get('k') !== undefined]).toEqual([[], true]);
});
