import { expect, test } from '@jest/globals';
import type { apiextensionsv1 } from '#api';
import { schemaProblems } from './schema-problems.js';

type Spec = apiextensionsv1.CustomResourceDefinitionSpec;

const spec = (schemas: object[], more: Partial<Spec> = {}): Spec => ({
  ...{ group: 'example.com', scope: 'Cluster', names: { plural: 'as', kind: 'A' } },
  versions: schemas.map((openAPIV3Schema, i) => ({ name: `v${i + 1}`, served: true, storage: i === 0, schema: { openAPIV3Schema } })),
  ...more,
});
const at = (version: number): string => `spec.versions[${version}].schema.openAPIV3Schema`;

test.each<[string, Spec, string]>([
  ['nothing', spec([{ type: 'object' }]), ''],
  ['one version', spec([{ type: 'object' }, {}]), `${at(1)}.type: Required value: must not be empty at the root`],
  [
    'all of them, and unknown fields that are preserved',
    spec([{}, { type: 'object', additionalProperties: true }], { preserveUnknownFields: true }),
    `[spec.preserveUnknownFields: Invalid value: true: must be false, ${at(0)}.type: Required value: must not be empty at the root, ${at(1)}.additionalProperties: Forbidden: must not be used at the root]`,
  ],
])('%s', (_, given, want) => {
  expect(schemaProblems(given)).toBe(want);
});
