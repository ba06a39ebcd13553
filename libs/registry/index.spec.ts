import { readdirSync } from 'node:fs';
import { openapiV2 } from '#api';
import type { ResourceStrategy, StorageProvider } from '#apiserver';
import { providers, strategies } from './index.js';

const here = import.meta.dirname;
const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
const called = ({ group, resource }: ResourceStrategy): string => `${resource}.${group}`;

const isStrategy = (value: unknown): value is ResourceStrategy =>
  typeof value === 'object' &&
  value !== null &&
  'group' in value &&
  'resource' in value &&
  !('toStorage' in value) &&
  !('capabilities' in value);
const isProvider = (value: unknown): value is StorageProvider => typeof value === 'object' && value !== null && 'capabilities' in value;

async function exported<T>(is: (value: unknown) => value is T): Promise<T[]> {
  const found: T[] = [];
  for (const file of files) {
    const exports: Record<string, unknown> = await import(`./${file.slice(0, -3)}.js`);
    found.push(...Object.values(exports).filter(is));
  }
  return found;
}

test('every strategy is on the list', async () => {
  const found = (await exported(isStrategy)).map(called);
  expect(found.sort()).toEqual(strategies.map(called).sort());
  expect(new Set(found).size).toBe(found.length);
});

test('every storage provider is on the list', async () => {
  const path = ({ group, resource, subresource }: StorageProvider): string => `${resource}.${group}/${subresource}`;
  expect((await exported(isProvider)).map(path).sort()).toEqual(providers.map(path).sort());
});

test('the OpenAPI document says which deletions return the object', () => {
  const { paths } = JSON.parse(Buffer.from(openapiV2().body).toString()) as {
    paths: Record<string, { delete?: { responses: Record<string, { schema: { $ref: string } }> } }>;
  };
  const documented = Object.entries(paths).flatMap(([path, { delete: operation }]) => {
    const [, group = '', resource = ''] =
      /^\/(?:api|apis\/([^/]+))\/[^/]+\/(?:namespaces\/{namespace}\/)?([^/]+)\/{name}$/.exec(path) ?? [];
    const answer = operation?.responses[200]?.schema.$ref ?? '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Status';
    return resource === '' || answer.endsWith('.Status') ? [] : [`${resource}.${group}`];
  });
  // The recorded document has a Status as the response for namespaces, but the server answers with the Namespace.
  const answering = strategies
    .filter(({ returnsDeletedObject, resource }) => returnsDeletedObject && resource !== 'namespaces')
    .map(called);
  expect([...new Set(documented)].sort()).toEqual(answering.sort());
});
