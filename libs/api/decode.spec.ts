import { existsSync, readFileSync } from 'node:fs';
import { decodeBody, type FieldValidation, type GroupVersionKind, kindSchema } from './index.js';

const recorded = new URL('../../../shared/recorded/', import.meta.url);
const ConfigMap: GroupVersionKind = { group: '', version: 'v1', kind: 'ConfigMap' };
const Pod: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };
const Deployment: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };

function outcome(
  body: string,
  expected: GroupVersionKind,
  fieldValidation: FieldValidation = 'Warn',
  contentType = 'application/json',
): unknown {
  try {
    return decodeBody({ body: Buffer.from(body), contentType, expected, fieldValidation });
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

const cm = (rest: string): string => `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"}${rest}}`;
const pod = (spec: string): string => `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":${spec}}`;

describe("errors, in upstream's words", () => {
  const rows: Array<[string, GroupVersionKind, string]> = [
    [
      '{',
      ConfigMap,
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input ({)",
    ],
    [
      '',
      ConfigMap,
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    ],
    [
      '[]',
      ConfigMap,
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)`,
    ],
    [
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"t"}} trailing',
      ConfigMap,
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character 't' after top-level value ({"apiVersion":"v1","kind":"Con ...)`,
    ],
    [
      '{"a" 1}',
      ConfigMap,
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character '1' after object key ({"a" 1})`,
    ],
    [
      '{"a":tru}',
      ConfigMap,
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character '}' in literal true (expecting 'e') ({"a":tru})`,
    ],
    [
      cm(',"data":{"a":1}'),
      ConfigMap,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":"x"}',
      ConfigMap,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
    ],
    [
      '{"metadata":{"name":5}}',
      ConfigMap,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
    ],
    [
      pod('{"containers":"x"}'),
      Pod,
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      pod('{"containers":[{"ports":[{"containerPort":"http"}]}]}'),
      Pod,
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      pod('{"activeDeadlineSeconds":"5","containers":[{"resources":{"limits":{"cpu":true}}}]}'),
      Pod,
      'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    ],
    [
      pod('{"restartPolicy":5}'),
      Pod,
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    [
      '{"spec":{"replicas":1.5}}',
      Deployment,
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      '{"spec":{"replicas":3000000000}}',
      Deployment,
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      '{"kind":"Nope","apiVersion":"v1"}',
      ConfigMap,
      'Nope in version "v1" cannot be handled as a ConfigMap: no kind "Nope" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      '{"kind":"Secret","apiVersion":"v1"}',
      ConfigMap,
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      '{"metadata":{"creationTimestamp":"x"}}',
      ConfigMap,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    ],
  ];
  test.each(rows)('%.100s', (body, kind, message) => expect(outcome(body, kind)).toBe(message));

  test('too deep', () =>
    expect(outcome(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, ConfigMap)).toBe(
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: exceeded max depth ({"a":{"a":{"a":{"a":{"a":{"a": ...)`,
    ));
  test('other media types', () => {
    expect(outcome('x', ConfigMap, 'Warn', 'text/plain')).toBe(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });
  test('yaml', () => {
    expect(outcome('a: b: c', ConfigMap, 'Warn', 'application/yaml')).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): yaml: mapping values are not allowed in this context (613a20623a2063)',
    );
    expect(outcome('metadata:\n  name: y\n', ConfigMap, 'Warn', 'application/yaml')).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string',
    );
  });
});

describe('strict decoding', () => {
  const body = '{"metadata":{"name":"a","nope":1},"data":{"k":"1","k":"2"},"extra":true}';
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { k: '2' } };
  const strict = ['unknown field "metadata.nope"', 'duplicate field "data.k"', 'unknown field "extra"'];
  test('Strict', () =>
    expect(outcome(body, ConfigMap, 'Strict')).toBe(
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${strict.join(', ')}`,
    ));
  test('Warn', () => expect(outcome(body, ConfigMap, 'Warn')).toEqual({ object, warnings: strict }));
  test('Ignore', () => expect(outcome(body, ConfigMap, 'Ignore')).toEqual({ object, warnings: [] }));
  test('with list indices', () =>
    expect(outcome(pod('{"containers":[{"image":"i","imagee":"x","ports":[{"containerport":5}]}]}'), Pod)).toMatchObject({
      warnings: ['unknown field "spec.containers[0].imagee"', 'unknown field "spec.containers[0].ports[0].containerport"'],
    }));
  test('duplicate keys in YAML', () =>
    expect(outcome('metadata:\n  name: z\ndata:\n  a: b\n  a: c\n', ConfigMap, 'Warn', 'application/yaml')).toEqual({
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'z' }, data: { a: 'c' } },
      warnings: ['yaml: unmarshal errors:\n  line 5: key "a" already set in map'],
    }));
});

describe('encoding', () => {
  test('empty values are dropped, pointers and structs are kept', () => {
    expect(
      outcome(
        '{"metadata":{"name":"a","labels":{},"creationTimestamp":null,"finalizers":[]},"spec":{"replicas":0,"paused":false,"minReadySeconds":0,"selector":{},"template":{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":0.5,"memory":"1024Mi"}}}]}}}}',
        Deployment,
      ),
    ).toEqual({
      object: {
        kind: 'Deployment',
        apiVersion: 'apps/v1',
        metadata: { name: 'a' },
        spec: {
          replicas: 0,
          selector: {},
          strategy: {},
          template: { metadata: {}, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '1Gi' } } }] } },
        },
        status: {},
      },
      warnings: [],
    });
  });
  test('times are UTC and whole seconds', () => {
    expect(outcome('{"metadata":{"creationTimestamp":"2024-02-29T23:30:00.75+01:00"}}', ConfigMap)).toMatchObject({
      object: { metadata: { creationTimestamp: '2024-02-29T22:30:00Z' } },
    });
  });
  test('__proto__ is a key like any other', () => {
    const { object } = decodeBody({ body: Buffer.from(cm(',"data":{"__proto__":"x"}')), contentType: '', expected: ConfigMap });
    expect(JSON.stringify(object)).toBe('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"__proto__":"x"}}');
  });
});

const available = existsSync(recorded);
(available ? describe : describe.skip)('recorded bodies of a real server (skipped where ../shared is not there)', () => {
  interface Step {
    id: string;
    method?: string;
    path: string;
    body?: { kind?: string; apiVersion?: string };
    status: number;
  }
  const read = (path: string): { cases: Array<{ name: string; steps: Step[] }> } =>
    JSON.parse(readFileSync(new URL(path, recorded), 'utf8'));
  test('every created object reads back as itself', () => {
    const problems: string[] = [];
    for (const topic of ['create-defaults', 'list', 'tables', 'controllers']) {
      for (const { name, steps } of read(`recorded/${topic}.json`).cases) {
        for (const { id, body } of steps) {
          if (!body?.kind || !body.apiVersion || body.kind.endsWith('List') || body.kind === 'Status' || body.kind === 'Table') continue;
          const [version = '', group = ''] = body.apiVersion.split('/').reverse();
          const text = JSON.stringify(body)
            .replaceAll('"<time>"', '"2024-01-01T00:00:00Z"')
            .replaceAll('"<pem>"', '"YQ=="')
            .replaceAll('"<cert>"', '"YQ=="');
          const again = outcome(text.replaceAll('"renewTime":"2024-01-01T00:00:00Z"', '"renewTime":"2024-01-01T00:00:00.000000Z"'), {
            group,
            version,
            kind: body.kind,
          });
          const object = ((again as { object?: object }).object ?? again) as Record<string, unknown>;
          if (typeof object === 'object') kindSchema({ group, version, kind: body.kind })?.prepareForStorage(object);
          // Some steps do not have the complete recording.
          if (!('status' in body)) delete object.status;
          if (name === 'service account token secret') object.data = {};
          const same = JSON.stringify(sorted(object)) === JSON.stringify(sorted(JSON.parse(text)));
          if (!same)
            problems.push(`${topic}/${name}/${id}\n  ${JSON.stringify(sorted(JSON.parse(text)))}\n  ${JSON.stringify(sorted(object))}`);
        }
      }
    }
    expect(problems).toEqual([]);
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
