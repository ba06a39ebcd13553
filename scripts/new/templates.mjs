// What `npm run new` writes: one template per sort of thing, as small as possible.

function controller({ name, camel }, folder) {
  const file = folder ? `libs/controllers/${folder}/${name}` : `libs/controllers/${name}`;
  return {
    list: { file: 'libs/controllers/index.ts', list: 'controllers', symbol: camel, from: `./${file.slice('libs/controllers/'.length)}.js` },
    files: {
      [`${file}.ts`]: `import { type corev1, Pod } from '#api';
import type { Instant } from '#apimachinery';
import { defineController, type Reconciled } from '#controller-runtime';

/** Pure: what has to be done about a pod, and when to look again. */
export function plan(_pod: corev1.Pod, _now: Instant): Reconciled {
  return {};
}

/** (pkg/controller/${name.replaceAll('-', '')}). */
export const ${camel} = defineController({
  name: '${name}-controller',
  for: Pod,
  reconcile: async (pod, { clock }) => plan(pod, clock.now()),
});
`,
      [`${file}.spec.ts`]: `import type { corev1 } from '#api';
import { plan } from './${name}.js';

const pod = (parts: Partial<corev1.Pod> = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default' },
  spec: { containers: [] },
  ...parts,
});

test.each([['a pod that is well', pod(), {}]])('%s', (_, given, want) => {
  expect(plan(given, 0)).toEqual(want);
});
`,
    },
  };
}

function resource({ name, camel, pascal }, folder) {
  if (!folder) throw new Error('add the group: npm run new resource policy/pod-guard');
  const file = `libs/registry/${folder}/${name}`;
  return {
    list: { file: 'libs/registry/index.ts', list: 'all', symbol: camel, from: `./${folder}/${name}.js` },
    files: {
      [`${file}.ts`]: `import type { FieldError, KubeObject } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';

function validate(_object: KubeObject): FieldError[] {
  return [];
}

/** ${pascal} (pkg/registry/${folder}/${name.replaceAll('-', '')}). */
export const ${camel}: ResourceStrategy = {
  group: '${folder === 'core' ? '' : folder}',
  resource: '${name.replaceAll('-', '')}s',
  validate,
  validateUpdate: validate,
  columns: [nameColumn, ageColumn],
};
`,
      [`${file}.spec.ts`]: `import { ${camel} } from './${name}.js';

const object = { apiVersion: 'v1', kind: '${pascal}', metadata: { name: 'a' } };

test.each([['nothing but a name', object, []]])('%s', (_, given, want) => {
  expect(${camel}.validate?.(given, {} as never)).toEqual(want);
});
`,
    },
  };
}

function schedulerPlugin({ name, camel, pascal }) {
  const file = `libs/scheduler/plugins/${name}`;
  return {
    list: {
      file: 'libs/scheduler/plugins/index.ts',
      list: 'plugins',
      symbol: camel,
      from: `./${name}.js`,
      line: `{ plugin: ${camel}, weight: 0 }`,
    },
    files: {
      [`${file}.ts`]: `import type { Plugin } from '../framework.js';

/** (pkg/scheduler/framework/plugins/${name.replaceAll('-', '')}). */
export const ${camel}: Plugin = {
  name: '${pascal}',
  filter: () => undefined,
};
`,
      [`${file}.spec.ts`]: `import { ${camel} } from './${name}.js';

test('its name', () => {
  expect(${camel}.name).toBe('${pascal}');
});
`,
    },
  };
}

function plugin(words, folder) {
  if (folder === 'scheduler') return schedulerPlugin(words);
  const { name, camel, pascal } = words;
  return {
    list: { file: 'libs/admission/index.ts', list: 'admissionPlugins', symbol: camel, from: `./${name}.js` },
    files: {
      [`libs/admission/${name}.ts`]: `import type { AdmissionPlugin } from '#apiserver';

/** (plugin/pkg/admission/${name.replaceAll('-', '')}). */
export const ${camel}: AdmissionPlugin = {
  name: '${pascal}',
  operations: ['CREATE'],
  resources: ['pods'],
  validate() {},
};
`,
      [`libs/admission/${name}.spec.ts`]: `import { ${camel} } from './${name}.js';

test('the requests it handles', () => {
  expect([${camel}.operations, ${camel}.resources]).toEqual([['CREATE'], ['pods']]);
});
`,
    },
  };
}

function image({ name, camel }) {
  return {
    list: { file: 'libs/node/images/catalogue.ts', list: 'images', symbol: camel, from: `./${name}.js` },
    files: {
      [`libs/node/images/${name}.ts`]: `import type { ImageDefinition } from './image.js';
import { serve, tcp } from './program.js';
import { anyTag } from './tags.js';

/** ${name}: its purpose. */
export const ${camel}: ImageDefinition = {
  repositories: ['docker.io/library/${name}'],
  tags: anyTag,
  size: 50_000_000,
  entrypoint: ['${name}'],
  executables: { '${name}': () => serve([tcp(8080)]) },
};
`,
      [`libs/node/images/${name}.spec.ts`]: `import { findImage } from './catalogue.js';
import { parseImage } from './reference.js';

test.each([['${name}', true]])('%s can be pulled: %s', (name, want) => {
  const reference = parseImage(name);
  expect(reference !== undefined && findImage(reference) !== undefined).toBe(want);
});
`,
    },
  };
}

/** The folder of an API group in libs/registry: `core`, `apps`, `rbac`. */
const folderOf = (group) => (group === '' ? 'core' : group.split('.')[0]);

function subresource({ name, camel, pascal }, resource, read) {
  if (!resource) throw new Error('add the resource: npm run new subresource pods/eviction');
  const schema = 'libs/api/schema/resources.json';
  const rows = JSON.parse(read(schema)).filter((row) => row.resource === resource);
  if (rows.length === 0) throw new Error(`no resource "${resource}" in ${schema}`);
  const { group } = rows.find((row) => row.subresources && Object.hasOwn(row.subresources, name)) ?? rows[0];
  const file = `${folderOf(group)}/${resource}-${name}`;
  const symbol = `${resource}${pascal}`;
  return {
    list: { file: 'libs/registry/storages.ts', list: 'providers', symbol, from: `./${file}.js` },
    files: {
      [`libs/registry/${file}.ts`]: `import type { StorageProvider } from '#apiserver';

/** ${resource}/${name}, which discovery lists according to ${schema}. */
export const ${symbol}: StorageProvider = {
  group: '${group}',
  resource: '${resource}',
  subresource: '${name}',
  capabilities: () => ({
    connect: async ({ name }) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: name }),
  }),
};
`,
      [`libs/registry/${file}.spec.ts`]: `import { ${symbol} } from './${resource}-${name}.js';

test('the capabilities of ${camel}', () => {
  expect(Object.keys(${symbol}.capabilities({} as never))).toEqual(['connect']);
});
`,
    },
  };
}

/** @type {Record<string, (words: {name: string, camel: string, pascal: string}, folder: string, read: (file: string) => string | undefined) => {files: Record<string, string>, list: object}>} */
export const templates = { controller, resource, subresource, plugin, image };
