import { decodeUnstructured, decodeValue, scheme } from './index.js';

const deployment = scheme.definition('apps.v1.Deployment');
const attempt = (spec: unknown, read = decodeUnstructured): unknown => {
  try {
    return read(deployment, { spec }).object.spec;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

test.each([
  [{ replicas: 'x' }, 'unrecognized type: int32'],
  [{ replicas: 1.5 }, 'cannot convert float64 to int32'],
  [{ paused: 1 }, 'unrecognized type: bool'],
  [{ template: { spec: { containers: 'x' } } }, 'cannot restore slice from string'],
  [{ template: { spec: { nodeSelector: [] } } }, 'cannot restore map from slice'],
  [{ template: { spec: { restartPolicy: 5 } } }, 'cannot convert int64 to v1.RestartPolicy'],
  [{ template: 'x' }, 'cannot restore struct from: string'],
  [
    { template: { spec: { containers: [{ resources: { limits: { cpu: 'x' } } }] } } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
])('%j', (spec, message) => expect(attempt(spec)).toBe(message));

test('a matching value is decoded like any body', () => {
  const spec = { replicas: 2, selector: { matchLabels: { a: 'b' } } };
  expect(attempt(spec)).toEqual(attempt(spec, decodeValue));
});
