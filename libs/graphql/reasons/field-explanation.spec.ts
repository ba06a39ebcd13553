import { Deployment, type KindSchema, scheme } from '#api';
import { explainDefinition, explainSchema, type FieldExplanation, fieldAt } from './field-explanation.js';

const texts = { ofDefinition: () => 'a kind', ofField: (_: unknown, field: string) => (field === 'replicas' ? 'how many' : undefined) };
const definition = scheme.definitionFor(Deployment) as Parameters<typeof explainDefinition>[0];
const deployment = explainDefinition(definition, 'deployment', texts);

const found = (root: FieldExplanation, path: string): FieldExplanation => {
  const field = fieldAt(root, path.split('.'));
  if (typeof field === 'string') throw new Error(field);
  return field;
};

describe('a built-in kind', () => {
  test('its fields', () => {
    expect(deployment).toMatchObject({ path: 'deployment', type: 'Deployment', description: 'a kind', required: false, enum: [] });
    expect(deployment.fields().map(({ path, type }) => `${path}: ${type}`)).toEqual([
      'deployment.apiVersion: string',
      'deployment.kind: string',
      'deployment.metadata: ObjectMeta',
      'deployment.spec: DeploymentSpec',
      'deployment.status: DeploymentStatus',
    ]);
  });

  test.each([
    ['spec.replicas', 'integer'],
    ['spec.selector', 'LabelSelector'],
    ['spec.template.spec.containers', '[]Container'],
    ['spec.template.spec.containers.image', 'string'],
    ['spec.template.spec.containers.resources.limits', 'map[string]Quantity'],
    ['spec.template.spec.nodeSelector', 'map[string]string'],
    ['metadata.creationTimestamp', 'Time'],
    ['spec.strategy.rollingUpdate.maxSurge', 'IntOrString'],
  ])('%s is a %s', (path, type) => expect(found(deployment, path)).toMatchObject({ path: `deployment.${path}`, type }));

  test('what is required, fixed and assumed', () => {
    expect(found(deployment, 'spec.selector').required).toBe(true);
    expect(found(deployment, 'spec.replicas')).toMatchObject({ required: false, description: 'how many', default: 1 });
    expect(found(deployment, 'spec.template.spec.restartPolicy').enum).toEqual(['Always', 'Never', 'OnFailure']);
  });

  test('a path that leads nowhere says what there is', () => {
    expect(fieldAt(deployment, ['spec', 'stratgy'])).toBe('field "stratgy" does not exist in deployment.spec. Did you mean "strategy"?');
    expect(fieldAt(deployment, ['spec', 'quux'])).toBe(
      'field "quux" does not exist: deployment.spec has minReadySeconds, paused, progressDeadlineSeconds, replicas, revisionHistoryLimit, selector, strategy, template',
    );
    expect(fieldAt(deployment, ['kind', 'x'])).toBe('field "x" does not exist: deployment.kind is a string without fields');
    expect(fieldAt(deployment, ['constructor'])).toMatch(/^field "constructor" does not exist: /);
  });
});

test('a custom kind', () => {
  const text = { type: 'string' };
  const spec = {
    type: 'object',
    description: 'what is wanted',
    required: ['size'],
    properties: {
      size: { type: 'integer', enum: [1, 2], default: 1 },
      port: { 'x-kubernetes-int-or-string': true },
      names: { type: 'array', items: { type: 'object', properties: { first: text } } },
      labels: { type: 'object', additionalProperties: text },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  const widget = explainSchema({ published: { type: 'object', properties: { spec } } } as unknown as KindSchema, 'widget');
  expect(found(widget, 'spec')).toMatchObject({ path: 'widget.spec', type: 'Object', description: 'what is wanted' });
  const told = found(widget, 'spec').fields();
  expect(told.map(({ path, type, required }) => `${path}: ${type}${required ? '!' : ''}`)).toEqual([
    'widget.spec.any: Object',
    'widget.spec.labels: map[string]string',
    'widget.spec.names: []Object',
    'widget.spec.port: IntOrString',
    'widget.spec.size: integer!',
  ]);
  expect(told[4]).toMatchObject({ enum: [1, 2], default: 1 });
  expect(found(widget, 'spec.names.first').type).toBe('string');
  expect(explainSchema({} as KindSchema, 'widget').fields()).toEqual([]);
});
