import { expect, test } from '@jest/globals';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

/** Rules of custom resources (x-kubernetes-validations) as clients meet them. */

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Json = any;

async function send({ api }: LocalCluster, method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const answer = await api.handle({
    ...{ method, path, query: '', headers: { 'content-type': 'application/json', 'user-agent': 'spec/1' } },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    ...{ user: { name: 'admin', groups: ['system:masters'] }, requestId: 'r' },
  });
  return { status: answer.status, body: JSON.parse(String(answer.body ?? '{}')) };
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';

const definition = (rules: Json[]) => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' } },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' } },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { min: { type: 'integer' }, max: { type: 'integer' }, class: { type: 'string', maxLength: 20 } },
                'x-kubernetes-validations': rules,
              },
            },
          },
        },
      },
    ],
  },
});

const widget = (name: string, spec: Json) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec });

test('a definition whose rules do not compile is refused', async () => {
  const cluster = await openCluster();
  const refused = await send(cluster, 'POST', DEFINITIONS, definition([{ rule: 'self.min <= self.mux' }]));
  expect([refused.status, refused.body.details.causes]).toEqual([
    422,
    [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule',
        message:
          'Invalid value: {"Rule":"self.min \\u003c= self.mux","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: ' +
          "compilation failed: ERROR: <input>:1:17: undefined field 'mux'\n | self.min <= self.mux\n | ................^",
      },
    ],
  ]);
});

test('objects are held to the rules, and changes to those of transitions', async () => {
  const cluster = await openCluster();
  const rules = [
    { rule: 'self.min <= self.max', messageExpression: "self.class + ': min is above max'", fieldPath: '.min' },
    { rule: 'self.class == oldSelf.class', message: 'class is immutable', reason: 'FieldValueForbidden' },
  ];
  const created = await send(cluster, 'POST', DEFINITIONS, definition(rules));
  expect([created.status, created.body.message]).toEqual([201, undefined]);
  await cluster.settle();
  const refused = await send(cluster, 'POST', WIDGETS, widget('a', { min: 3, max: 2, class: 'x' }));
  expect([refused.status, refused.body.message]).toEqual([
    422,
    'Widget.example.com "a" is invalid: spec.min: Invalid value: x: min is above max',
  ]);
  const made = await send(cluster, 'POST', WIDGETS, widget('a', { min: 1, max: 2, class: 'x' }));
  expect(made.status).toBe(201);
  const changed = await send(cluster, 'PUT', `${WIDGETS}/a`, { ...made.body, spec: { min: 1, max: 2, class: 'y' } });
  expect([changed.status, changed.body.details.causes]).toEqual([
    422,
    [{ reason: 'FieldValueForbidden', field: 'spec', message: 'Forbidden: class is immutable' }],
  ]);
  expect((await send(cluster, 'PUT', `${WIDGETS}/a`, { ...made.body, spec: { min: 2, max: 2, class: 'x' } })).status).toBe(200);
});
