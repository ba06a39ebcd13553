import { describe, expect, test } from '@jest/globals';
import { structOf } from './test-structs.js';
import { watchedField } from './watched-field.js';

const before = {
  metadata: { labels: { app: 'web', 'example.com/tier': 'a' }, annotations: { 'example.com/a': '1' } },
  spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '1' } } }, { name: 'd' }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'Initialized', status: 'True' },
    ],
  },
};

/** The object after a change. */
function after(change: (pod: typeof before) => unknown): object {
  const pod = structuredClone(before);
  change(pod);
  return pod;
}

const differs = (path: string, change: Parameters<typeof after>[0]): boolean =>
  watchedField(path, structOf('Pod')).differs(before, after(change));

describe('a field whose changes are told', () => {
  test.each<[string, boolean, Parameters<typeof after>[0]]>([
    ['status.phase', true, ({ status }) => Object.assign(status, { phase: 'Running' })],
    ['.status.phase', true, ({ status }) => Object.assign(status, { phase: 'Running' })],
    ['status', true, ({ status }) => Object.assign(status, { phase: 'Running' })],
    ['spec', false, ({ status }) => Object.assign(status, { phase: 'Running' })],
    ['status.podIP', false, ({ status }) => Object.assign(status, { phase: 'Running' })],
    ['metadata.labels.app', true, ({ metadata }) => Object.assign(metadata.labels, { app: 'other' })],
    ['metadata.labels[app]', true, ({ metadata }) => Object.assign(metadata.labels, { app: 'other' })],
    ['metadata.labels[example.com/tier]', true, ({ metadata }) => Object.assign(metadata.labels, { 'example.com/tier': 'b' })],
    ['metadata.labels["example.com/tier"]', true, ({ metadata }) => Object.assign(metadata.labels, { 'example.com/tier': 'b' })],
    ['metadata.labels[app]', false, ({ metadata }) => Object.assign(metadata.labels, { 'example.com/tier': 'b' })],
    ['status.conditions[type=Ready].status', true, ({ status }) => Object.assign(status.conditions[0] ?? {}, { status: 'True' })],
    ['status.conditions[type=Ready].status', false, ({ status }) => status.conditions.reverse()],
    ['status.conditions[type=Initialized]', false, ({ status }) => Object.assign(status.conditions[0] ?? {}, { status: 'True' })],
    ['spec.containers.image', true, ({ spec }) => Object.assign(spec.containers[0] ?? {}, { image: 'httpd' })],
    ['spec.containers[0].image', true, ({ spec }) => spec.containers.shift()],
    ['spec.containers[name=d].image', false, ({ spec }) => spec.containers.shift()],
    ['spec.containers.resources.requests.cpu', true, ({ spec }) => spec.containers.shift()],
  ])('%s: %s', (path, told, change) => {
    expect(differs(path, change)).toBe(told);
  });

  test('fields of many that change at once are told, each', () => {
    const data = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key-${i}`, 'a']));
    const field = watchedField('data[key-499]', structOf('ConfigMap'));
    const changed = Object.fromEntries(Object.keys(data).map((key) => [key, 'b']));
    expect(field.differs({ data }, { data: changed })).toBe(true);
  });

  test.each([
    ['status.phas', 'status.phas: PodStatus has no field "phas". Did you mean "phase"?'],
    ['.spec.containers.imag', 'Container has no field "imag". Did you mean "image"?'],
    ['status.conditions[typ=Ready]', 'PodCondition has no field "typ". Did you mean "type"?'],
    ['status.phase.x', 'status.phase.x: there is nothing below "x"'],
    ['metadata.labels.app.x', 'there is nothing below "x"'],
    ['', '"" names no field: write status.phase, metadata.labels[app]'],
    ['.', 'names no field'],
    ['spec[', 'is no path'],
  ])('%j is no field', (path, message) => {
    expect(() => watchedField(path, structOf('Pod'))).toThrow(message);
  });
});
