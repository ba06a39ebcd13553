import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { connect } from 'node:tls';
import { ClusterApi, type Json } from '../cluster-api.js';
import { type Answer, type RequestOptions, type Service, startService, until } from '../service.js';

const apiPid = /apps\/api\/main\.js/;
const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

let service: Service;
let own: ClusterApi;
let other: ClusterApi;
let pid: number[];
/** All responses, to be searched for what must not be revealed. */
const answers: Answer[] = [];

beforeAll(async () => {
  service = await startService();
  own = new ClusterApi(service, await service.createCluster({ name: 'own', profile: 'instant' }));
  other = new ClusterApi(service, await service.createCluster({ name: 'other', profile: 'instant' }));
  pid = service.pids(apiPid);
  await own.must('POST', maps, { metadata: { name: 'there' }, data: { a: 'b' } });
  await own.must('POST', deployments, deployment('web', 0));
});

afterAll(async () => {
  own?.close();
  other?.close();
  await service?.stop();
});

function deployment(name: string, replicas: unknown): Json {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
  };
}

async function ask(at: string, options: RequestOptions = {}): Promise<Answer & { json: Json }> {
  const answer = await service.request(at, options);
  answers.push(answer);
  let json: Json;
  try {
    json = JSON.parse(answer.text);
  } catch {
    json = undefined;
  }
  return { ...answer, json };
}

type Call = [method: string, path: string, body?: unknown, type?: string];

async function call([method, at, body, type = 'application/json']: Call): Promise<Answer & { json: Json }> {
  const answer = await own.call(method, at, body, { type });
  answers.push(answer);
  return answer;
}

const unrecognized = (reason: string) => `the object provided is unrecognized (must be of type ConfigMap): ${reason}`;
const jsonError = (reason: string) => unrecognized(`couldn't get version/kind; json parse error: ${reason}`);
const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const secrets = '/api/v1/namespaces/default/secrets';
const continueToken = (rv: number, start: string) => Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url');
const long = 'x'.repeat(100_000);
const deep = (levels: number) => `{"metadata":{"name":"deep"},"data":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;

/** A request with the expected status and message. */
const table: Array<[name: string, call: Call, status: number, message: string | RegExp]> = [
  ['JSON that ends too soon', ['POST', maps, '{"a":'], 400, jsonError('unexpected end of JSON input ({"a":)')],
  ['no body', ['POST', maps, ''], 400, jsonError('unexpected end of JSON input (<empty>)')],
  [
    'JSON with a tail',
    ['POST', maps, '{} true'],
    400,
    /^the object provided is unrecognized .*invalid character 't' after top-level value/,
  ],
  ['a list for an object', ['POST', maps, '[]'], 400, /json: cannot unmarshal array into Go value of type struct/],
  [
    'YAML that is none',
    ['POST', maps, 'a: b: c', yaml],
    400,
    unrecognized('yaml: mapping values are not allowed in this context (613a20623a2063)'),
  ],
  [
    'protobuf without its prefix',
    ['POST', maps, Buffer.from('nonsense'), protobuf],
    400,
    /^the object provided is unrecognized \(must be of type ConfigMap\): provided data does not appear to be a protobuf message/,
  ],
  ['protobuf cut off', ['POST', maps, Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, 0xff, 0xff]), protobuf], 400, /unexpected EOF|unrecognized/],
  ['U+0000 in a name', ['GET', `${maps}/%00`], 404, 'configmaps "\\x00" not found'],
  [
    'U+0000 in a namespace',
    ['POST', '/api/v1/namespaces/%00/configmaps', { metadata: { name: 'x' } }],
    404,
    'namespaces "\\x00" not found',
  ],
  [
    'a continue token with half a revision',
    ['GET', `${maps}?limit=1&continue=${continueToken(1.5, 'a')}`],
    400,
    /cannot unmarshal number 1\.5/,
  ],
  [
    'a continue token past all revisions',
    ['GET', `${maps}?limit=1&continue=${continueToken(1e30, 'a')}`],
    400,
    /cannot unmarshal number 1e\+30/,
  ],
  ['a revision past bigint', ['GET', `${maps}?limit=1&resourceVersion=18446744073709551615`], 504, /^Timeout: Too large resource version/],
  [
    'a type of secret that every object has',
    ['POST', secrets, { metadata: { name: 'x' }, type: '__proto__', data: { a: 1 } }],
    400,
    /cannot unmarshal/,
  ],
  ['a YAML merge of a number', ['POST', maps, '<<: 1', yaml], 400, /yaml: map merge requires map or sequence of maps as the value/],
  [
    'an unknown media type',
    ['POST', maps, '<a/>', 'text/xml'],
    415,
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  ['an unknown patch type', ['PATCH', `${maps}/there`, '{}', 'application/json'], 415, '415: Unsupported Media Type'],
  [
    'another kind than the path',
    ['POST', maps, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }],
    400,
    'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
  ],
  [
    'a kind that there is not',
    ['POST', maps, { apiVersion: 'v1', kind: 'Nothing' }],
    400,
    'Nothing in version "v1" cannot be handled as a ConfigMap: no kind "Nothing" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    'a text for a number',
    ['POST', deployments, deployment('bad', 'three')],
    400,
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'a number too big',
    ['POST', deployments, deployment('bad', 1e12)],
    400,
    /cannot unmarshal number 1000000000000 into Go struct field DeploymentSpec.spec.replicas of type int32/,
  ],
  [
    'a negative number of replicas',
    ['POST', deployments, deployment('bad', -1)],
    422,
    'Deployment.apps "bad" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'a name that is none',
    ['POST', maps, { metadata: { name: 'Bad_Name' } }],
    422,
    /^ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of/,
  ],
  [
    'no name',
    ['POST', maps, { metadata: {} }],
    422,
    /^(ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required|resource name may not be empty)$/,
  ],
  [
    'a name of 100,000 characters',
    ['POST', maps, { metadata: { name: long } }],
    422,
    /metadata.name: Invalid value: "x+\.*.*": must be no more than 253 (bytes|characters)/,
  ],
  ['a path of 100,000 characters', ['GET', `${maps}/${long}`], 0, /.*/],
  ['a namespace of 100,000 characters', ['POST', `/api/v1/namespaces/${long}/configmaps`, { metadata: { name: 'x' } }], 0, /.*/],
  [
    'a label of 100,000 characters',
    ['POST', maps, { metadata: { name: 'x', labels: { a: long } } }],
    422,
    /metadata.labels: Invalid value: "x+\.*.*": must be no more than 63 (bytes|characters)/,
  ],
  ['an invalid label selector', ['GET', `${maps}?labelSelector=a%3Db%3Dc`], 400, /unable to parse requirement|found '='/],
  [
    'a label selector of 100,000 brackets',
    ['GET', `${maps}?labelSelector=${'('.repeat(60_000)}`],
    400,
    /unable to parse requirement|found '\('/,
  ],
  [
    'a field that cannot be selected',
    ['GET', `${maps}?fieldSelector=data.a%3Db`],
    400,
    '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  [
    'a field selector that is none',
    ['GET', `${maps}?fieldSelector=metadata.name`],
    400,
    "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
  ],
  [
    'a list of a resourceVersion that is none',
    ['GET', `${maps}?resourceVersion=abc`],
    400,
    'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'a get of a resourceVersion that is none',
    ['GET', `${maps}/there?resourceVersion=abc`],
    500,
    'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'a watch from a resourceVersion that is none',
    ['GET', `${maps}?watch=1&resourceVersion=abc`],
    500,
    'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'a negative resourceVersion',
    ['GET', `${maps}?resourceVersion=-1`],
    400,
    'invalid resource version: resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax',
  ],
  [
    'a resourceVersion that no number holds',
    ['GET', `${maps}?resourceVersion=${'9'.repeat(400)}`],
    400,
    /strconv.ParseUint: parsing "9{400}": value out of range$/,
  ],
  [
    'a list of the future',
    ['GET', `${maps}?resourceVersion=999999999&resourceVersionMatch=NotOlderThan`],
    504,
    /^Timeout: Too large resource version: 999999999, current: \d+$/,
  ],
  [
    'a get of the future',
    ['GET', `${maps}/there?resourceVersion=999999999`],
    504,
    /^Timeout: Too large resource version: 999999999, current: \d+$/,
  ],
  [
    'a list of exactly the future',
    ['GET', `${maps}?resourceVersion=999999999&resourceVersionMatch=Exact`],
    504,
    /Too large resource version: 999999999, current: \d+$/,
  ],
  [
    'a list of a compacted past',
    ['GET', `${maps}?resourceVersion=1&resourceVersionMatch=Exact`],
    410,
    'The resourceVersion for the provided list is too old.',
  ],
  [
    'a match without a version',
    ['GET', `${maps}?resourceVersionMatch=Exact`],
    422,
    /resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided/,
  ],
  [
    'an unknown match',
    ['GET', `${maps}?resourceVersion=1&resourceVersionMatch=Sometimes`],
    422,
    /resourceVersionMatch: Unsupported value: "Sometimes"/,
  ],
  ['an invalid continue token', ['GET', `${maps}?limit=1&continue=nonsense`], 400, /continue key is not valid/],
  [
    'an update of an object that was changed in between',
    ['PUT', `${maps}/there`, { metadata: { name: 'there', resourceVersion: '1' } }],
    409,
    'Operation cannot be fulfilled on configmaps "there": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    'an update with an invalid version',
    ['PUT', `${maps}/there`, { metadata: { name: 'there', resourceVersion: 'abc' } }],
    500,
    'strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'a creation with a version',
    ['POST', maps, { metadata: { name: 'x', resourceVersion: '1' } }],
    500,
    'resourceVersion should not be set on objects to be created',
  ],
  [
    'a name that differs from the path',
    ['PUT', `${maps}/there`, { metadata: { name: 'elsewhere' } }],
    400,
    'the name of the object (elsewhere) does not match the name on the URL (there)',
  ],
  [
    'a namespace that differs from the path',
    ['POST', maps, { metadata: { name: 'x', namespace: 'kube-system' } }],
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'a namespace that there is not',
    ['POST', '/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'x' } }],
    404,
    'namespaces "nowhere" not found',
  ],
  [
    'a deletion with another uid',
    ['DELETE', `${maps}/there`, { preconditions: { uid: 'other' } }],
    409,
    /the UID in the precondition \(other\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated/,
  ],
  [
    'a deletion with bad options',
    ['DELETE', `${maps}/there`, { propagationPolicy: 'Sometimes' }],
    422,
    /propagationPolicy: (Unsupported value|Invalid value): "Sometimes"/,
  ],
  [
    'a JSON patch that is none',
    ['PATCH', `${maps}/there`, '{}', 'application/json-patch+json'],
    400,
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [
    'a JSON patch with a missing path',
    ['PATCH', `${maps}/there`, '[{"op":"remove","path":"/data/none"}]', 'application/json-patch+json'],
    422,
    /the server rejected our request due to an error in our request|missing value|Unable to remove nonexistent key/,
  ],
  [
    'a JSON patch with a test that fails',
    ['PATCH', `${maps}/there`, '[{"op":"test","path":"/data/a","value":"z"}]', 'application/json-patch+json'],
    422,
    /the server rejected our request due to an error in our request|testing (value|path) .*\/data\/a.* failed/,
  ],
  [
    'a JSON patch of the prototype',
    ['PATCH', `${maps}/there`, '[{"op":"add","path":"/__proto__/polluted","value":"z"}]', 'application/json-patch+json'],
    422,
    /.*/,
  ],
  [
    'a JSON patch of 10,001 operations',
    [
      'PATCH',
      `${maps}/there`,
      JSON.stringify(Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: 'b' }))),
      'application/json-patch+json',
    ],
    413,
    'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  ],
  [
    'a merge patch that is none',
    ['PATCH', `${maps}/there`, '[', 'application/merge-patch+json'],
    400,
    /error decoding patch|unexpected end of JSON input|Invalid JSON Patch/i,
  ],
  ['a resource that there is not', ['GET', '/api/v1/namespaces/default/nothings'], 404, 'the server could not find the requested resource'],
  ['a group that there is not', ['GET', '/apis/nothing.example/v1/things'], 404, /.*/],
  ['a method that there is not', ['POST', `${maps}/there`, {}], 405, 'the server does not allow this method on the requested resource'],
  [
    'dry run of a sort that there is not',
    ['POST', `${maps}?dryRun=Some`, { metadata: { name: 'x' } }],
    422,
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  ],
  [
    'fieldValidation of a sort that there is not',
    ['POST', `${maps}?fieldValidation=Some`, { metadata: { name: 'x' } }],
    422,
    'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Some": supported values: "", "Ignore", "Strict", "Warn"',
  ],
];

describe('a cluster answers like a real server', () => {
  test.each(table)('%s', async (_, request, status, message) => {
    const { status: got, json, text, headers } = await call(request);
    // Where the exact error does not matter, it must still be a client error.
    if (status === 0) {
      expect(got).toBeGreaterThanOrEqual(400);
      expect(got).toBeLessThan(500);
      return;
    }
    expect({ status: got, message: json?.message ?? text }).toEqual({
      status,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    if (json === undefined) return;
    expect(headers['content-type']).toBe('application/json');
    expect(json).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: status });
  });

  test.each<[string, Call, number]>([
    ['a continue token with U+0000 within', ['GET', `${maps}?limit=1&continue=${continueToken(-1, 'a\0b')}`], 200],
    ['a list in a namespace with U+0000', ['GET', '/api/v1/namespaces/%00/pods'], 200],
    ['a type of secret that every object has', ['POST', `${secrets}?dryRun=All`, { metadata: { name: 'x' }, type: '__proto__' }], 201],
    ['a value that is null', ['POST', `${secrets}?dryRun=All`, { metadata: { name: 'x' }, data: { a: null } }], 201],
    [
      'managed fields that are none',
      ['POST', `${maps}?dryRun=All`, { metadata: { name: 'x', managedFields: [{ fieldsType: 'FieldsV1', fieldsV1: { 'f:data': 1 } }] } }],
      201,
    ],
  ])('%s is accepted', async (_, request, status) => {
    expect((await call(request)).status).toBe(status);
  });

  test.each<[string, object]>([
    ['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } }],
    ['/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { spec: { namespace: 'default' } }],
    ['/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec: { user: 'u', resourceAttributes: { verb: 'get', resource: 'pods' } } }],
    [
      '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews',
      { spec: { user: 'u', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } } },
    ],
    ['/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } }],
    ['/apis/authentication.k8s.io/v1/selfsubjectreviews', {}],
    [`${pods}/web/binding`, { target: { kind: 'Node', name: 'n' } }],
    [`${pods}/web/eviction`, { metadata: { name: 'web' } }],
    ['/api/v1/namespaces/default/bindings', { metadata: { name: 'web' }, target: { kind: 'Node', name: 'n' } }],
  ])('%s has no Table: 406 if the client accepts nothing else', async (at, body) => {
    const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const alone = await own.call('POST', at, body, { headers: { accept: table } });
    expect([alone.status, alone.headers['content-type'], alone.json]).toEqual([
      406,
      'application/json',
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
        reason: 'NotAcceptable',
        code: 406,
      },
    ]);
    const either = await own.call('POST', at, body, { headers: { accept: `${table},application/json` } });
    expect(either.status).not.toBe(406);
    expect(either.json.kind).not.toBe('Table');
  });

  test('discovery is YAML for clients that accept YAML', async () => {
    const answer = await own.call('GET', '/apis', undefined, { headers: { accept: 'application/yaml' } });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('kind: APIGroupList')]);
  });

  test('unknown fields are rejected, warned about or dropped, as requested', async () => {
    const body = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, odd: 1 }, dta: {} });
    const strict = await own.call('POST', `${maps}?fieldValidation=Strict`, body('strict'));
    expect([strict.status, strict.json.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.odd", unknown field "dta"',
    ]);
    const warned = await own.call('POST', `${maps}?fieldValidation=Warn`, body('warned'));
    expect([warned.status, warned.headers.warning]).toEqual([
      201,
      '299 - "unknown field \\"metadata.odd\\"", 299 - "unknown field \\"dta\\""',
    ]);
    const ignored = await own.call('POST', `${maps}?fieldValidation=Ignore`, body('ignored'));
    expect([ignored.status, ignored.headers.warning]).toEqual([201, undefined]);
    for (const { json } of [warned, ignored]) expect([json.dta, json.metadata.odd]).toEqual([undefined, undefined]);
    const twice = await own.call('POST', `${maps}?fieldValidation=Strict`, '{"metadata":{"name":"a","name":"twice"}}');
    expect([twice.status, twice.json.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "metadata.name"',
    ]);
  });

  test('long bodies wait for the thread that answers them', async () => {
    const body = { metadata: { name: 'waits' }, data: { a: 'x'.repeat(70_000) } };
    await own.must('POST', maps, body);
    const answered = Date.now();
    const log = path.join(service.home, 'logs/api.log');
    const said = (what: string) => {
      const line = readFileSync(log, 'utf8')
        .split('\n')
        .find((text) => text.includes(`the thread for large requests ${what}`));
      return line === undefined ? undefined : new Date(JSON.parse(line).time).getTime();
    };
    expect(await until(() => said('is ready') !== undefined)).toBe(true);
    // It is waited for until it is ready, but no longer than this from its start on (LARGE_REQUESTS.patience).
    expect(answered).toBeGreaterThanOrEqual(Math.min(said('is ready') ?? 0, (said('starts') ?? 0) + 5_000));
    expect((await own.call('GET', `${maps}/waits`)).json?.data).toEqual(body.data);
  });

  test('a body over 3 MiB is rejected, with or without a declared length, and the connection is not kept waiting', async () => {
    const big = JSON.stringify({ metadata: { name: 'big' }, data: { a: 'x'.repeat(3 * 1024 * 1024) } });
    const { status, json } = await own.call('POST', maps, big);
    expect([status, json]).toMatchObject([
      413,
      { reason: 'RequestEntityTooLarge', code: 413, message: 'Request entity too large: limit is 3145728' },
    ]);
    const chunked = await new Promise<number>((resolve, reject) => {
      const request = https.request(
        new URL(`${own.prefix}${maps}`, service.origin),
        {
          method: 'POST',
          ca: service.ca,
          headers: { authorization: `Bearer ${own.cluster.token}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      // The server may close the connection while the client is still sending: it has answered by then.
      request.on('error', reject);
      for (let at = 0; at < big.length; at += 65_536) request.write(big.slice(at, at + 65_536));
      request.end();
    });
    expect(chunked).toBe(413);
    const exact = JSON.stringify({ metadata: { name: 'fits' }, data: { a: 'x'.repeat(1024 * 1024 - 1) } });
    expect((await own.call('POST', maps, exact)).status).toBe(201);
  });

  test('long bodies are answered by a thread of their own like short ones by the event loop', async () => {
    const log = path.join(service.home, 'logs/api.log');
    const isReady = () => readFileSync(log, 'utf8').includes('the thread for large requests is ready');
    const sized = (name: string, length: number) => ({ metadata: { name }, data: { a: 'x'.repeat(length) } });
    await own.must('POST', maps, sized('starts-the-thread', 100_000));
    expect(await until(isReady)).toBe(true);
    const outcomes = async (length: number) => {
      const name = `of-${length}`;
      const created = await call(['POST', maps, sized(name, length)]);
      const shown = await call(['GET', `${maps}/${name}`]);
      expect(shown.json.data).toEqual(sized(name, length).data);
      expect(created.json).toEqual(shown.json);
      const long = { metadata: { labels: { a: 'b'.repeat(64) } }, data: { a: 'y'.repeat(length) } };
      const merge = 'application/merge-patch+json';
      const refused: Call[] = [
        ['POST', maps, sized(name, length)],
        ['POST', maps, sized('Bad_Name', length)],
        ['PATCH', `${maps}/${name}`, long, merge],
        ['PATCH', `${maps}/none`, { data: long.data }, merge],
        ['POST', maps, `{"metadata":{},"data":{"a":"${'x'.repeat(length)}`],
      ];
      const answered: unknown[] = [created.status, shown.status];
      for (const one of refused) {
        const { status, json } = await call(one);
        answered.push([status, json.message.replaceAll(name, 'NAME')]);
      }
      const inYaml = await call(['PUT', `${maps}/${name}`, `metadata: {name: ${name}}\ndata: {b: ${'z'.repeat(length)}}\n`, yaml]);
      return [...answered, inYaml.status, Object.keys(inYaml.json.data)];
    };
    expect(await outcomes(100_000)).toEqual(await outcomes(100));
  });

  test('any depth of nesting is rejected or dropped, without a crash', async () => {
    for (const levels of [100, 9_000, 100_000, 400_000]) {
      const { status } = await call(['POST', maps, deep(levels)]);
      expect([levels, status]).toEqual([levels, 400]);
      const array = `{"metadata":{"name":"deep"},"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      const answer = await call(['POST', `${maps}?dryRun=All`, array]);
      expect([201, 400]).toContain(answer.status);
      const patch = await call([
        'PATCH',
        `${maps}/there`,
        `{"x":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`,
        'application/merge-patch+json',
      ]);
      expect([200, 400, 422]).toContain(patch.status);
      const strategic = await call([
        'PATCH',
        `${deployments}/web`,
        `{"spec":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`,
        'application/strategic-merge-patch+json',
      ]);
      expect([200, 400, 422]).toContain(strategic.status);
      const yamlDeep = await call(['POST', maps, `metadata: {name: y}\nx: ${'['.repeat(Math.min(levels, 9_000))}`, yaml]);
      expect(yamlDeep.status).toBe(400);
    }
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((l, i) => `${l}: &${l} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
    ];
    expect((await call(['POST', maps, bomb.join('\n'), yaml])).status).toBe(400);
  });

  test('a watch from a compacted revision gets Gone, one from the future a timeout', async () => {
    const old = await own.call('GET', `${maps}?watch=1&resourceVersion=1`);
    expect(JSON.parse(old.text.split('\n')[0] ?? '')).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired', message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/) },
    });
    const future = await own.call('GET', `${maps}?watch=1&resourceVersion=999999999&timeoutSeconds=1`);
    expect(future.text).toMatch(/Too large resource version|^$/);
  });
});

const unauthorized = { kind: 'Status', status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 };

describe('each token is valid only for its own cluster or the platform', () => {
  test('a cluster', async () => {
    const { id } = own.cluster;
    const get = (token?: string, at = `/clusters/${id}/api/v1/nodes`) => ask(at, { token });
    expect((await get(own.cluster.token)).status).toBe(200);
    for (const token of [other.cluster.token, service.adminToken, 'nonsense', `${own.cluster.token}x`, long]) {
      const { status, json } = await get(token);
      expect([status, json]).toMatchObject([401, unauthorized]);
    }
    expect((await get(own.cluster.token, '/clusters/nosuchcluster/api/v1/nodes')).json).toMatchObject(unauthorized);
    const anonymous = await get();
    expect([anonymous.status, anonymous.json.message]).toEqual([
      403,
      'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
    ]);
    // Other kinds of credentials are ignored, as on a real server.
    const basic = await ask(`/clusters/${id}/api/v1/nodes`, { headers: { authorization: 'Basic eDp5' } });
    expect([basic.status, basic.json.message]).toEqual([403, anonymous.json.message]);
    for (const open of ['livez', 'readyz', 'healthz', 'version'])
      expect((await get(undefined, `/clusters/${id}/${open}`)).status).toBe(200);
  });

  test('the platform', async () => {
    for (const token of [own.cluster.token, undefined, 'nonsense']) {
      const { status, headers, json } = await ask('/platform/v1/clusters', { token });
      expect([status, headers['content-type']]).toEqual([401, expect.stringMatching(/^application\/problem\+json/)]);
      expect(json).toEqual({
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'send the platform token: Authorization: Bearer TOKEN',
        requestId: expect.any(String),
      });
    }
  });

  /** Sends a request line unchanged: clients would normalize it. */
  const raw = (target: string, token: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const url = new URL(service.origin);
      const socket = connect({ host: url.hostname, port: Number(url.port), ca: service.ca }, () => {
        // A server may drop a connection that the client has ended before it is answered.
        socket.write(`GET ${target} HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`);
      });
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });

  test('no path leads out of a cluster', async () => {
    await other.must('POST', maps, { metadata: { name: 'secret-of-the-other' } });
    const [a, b] = [own.cluster.id, other.cluster.id];
    const rest = `api/v1/namespaces/default/configmaps`;
    const paths = [
      `/clusters/${a}/../${b}/${rest}`,
      `/clusters/${a}/%2e%2e/${b}/${rest}`,
      `/clusters/${a}/..%2f${b}/${rest}`,
      `/clusters/${a}%2f..%2f${b}/${rest}`,
      `/clusters/${a}//../${b}/${rest}`,
      `/clusters//${b}/${rest}`,
      `/clusters/${a}/api/v1/../../../${b}/${rest}`,
      `/clusters/${a}/api/v1/namespaces/default%2f..%2f..%2f${b}/configmaps`,
      `/clusters/${b}/${rest}`,
      `/clusters/${b}%00/${rest}`,
      `/clusters/./${b}/${rest}`,
      `/clusters/${a}/api/v1/namespaces/..%2f..%2f..%2f..%2fclusters%2f${b}/configmaps`,
      `/clusters/../clusters/${b}/${rest}`,
      `//clusters/${b}/${rest}`,
      `${service.origin}/clusters/${b}/${rest}`,
      `/clusters/${a}/../../platform/v1/clusters`,
      `/clusters/${a}/%ff%fe`,
      `/clusters/${a}/api/v1/namespaces/%zz/configmaps`,
    ];
    for (const target of paths) {
      const text = await raw(target, own.cluster.token);
      expect([target, text]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 4\d\d |^HTTP\/1\.1 200 OK[\s\S]*"items":\[\]/)]);
      expect(text).not.toContain('secret-of-the-other');
      expect(text).not.toContain(other.cluster.token);
    }
  });
});

describe('GraphQL', () => {
  const post = (query: unknown, { token = own.cluster.token, body }: { token?: string; body?: string } = {}) =>
    ask('/graphql', { method: 'POST', token, headers: { 'content-type': 'application/json' }, body: body ?? JSON.stringify({ query }) });
  const nested = (levels: number) =>
    `{ pods { items { ${'owner { ... on Pod { '.repeat(levels)} metadata { name } ${'} }'.repeat(levels)} } } }`;

  test('no token, a wrong one, the platform’s', async () => {
    for (const token of ['', 'nonsense', service.adminToken]) {
      const { status, json } = await post('{ cluster { id } }', { token });
      expect([status, json.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  test.each<[string, () => Promise<Answer & { json: Json }>, string | RegExp, string]>([
    [
      'too deep',
      () => post(nested(30)),
      /^The query is nested \d+ levels deep, and 20 is the limit: ask for what lies deeper/,
      'QUERY_TOO_COMPLEX',
    ],
    [
      'too dear',
      () => post('{ pods(limit: 500) { items { services { pods { services { metadata { name } } } } } } }'),
      'The query may read more than 20000 objects (estimated: 611000): ask for fewer relations or smaller pages.',
      'QUERY_TOO_COMPLEX',
    ],
    [
      'too wide',
      () => post(`{ ${Array.from({ length: 1_600 }, (_, i) => `a${i}: cluster { id }`).join(' ')} }`),
      'The query asks for 3200 fields, and 1500 is the limit: ask for fewer, or in several requests.',
      'QUERY_TOO_COMPLEX',
    ],
    ['malformed', () => post('{ pods { '), 'Syntax Error: Expected Name, found <EOF>.', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', () => post('{ nothing }'), 'Cannot query field "nothing" on type "Query".', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a fragment that spreads itself',
      () => post('{ ...a } fragment a on Query { ...a }'),
      /Cannot spread fragment "a" within itself/,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a query that is not a text', () => post(5), /.*/, 'BAD_REQUEST'],
    ['a body that is not JSON', () => post('', { body: '{"query":' }), /.*/, 'BAD_REQUEST'],
    [
      'objects one in another',
      () => post(`{ pods(limit: ${'{a: '.repeat(2_400)}1${'}'.repeat(2_400)}) { kind } }`),
      'The document nests brackets deeper than 200 levels: select less deeply.',
      'GRAPHQL_PARSE_FAILED',
    ],
    ['brackets without end', () => post(`${'{a'.repeat(30_000)}`), /.*/, 'GRAPHQL_PARSE_FAILED'],
  ])('%s', async (_, asked, message, code) => {
    const { status, json } = await asked();
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(json.errors[0].message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    expect(json.errors[0].extensions.code).toBe(code);
    expect(json.errors[0].extensions.stacktrace).toBeUndefined();
  });

  test('invalid values are the client’s errors, with their Status', async () => {
    const { json } = await post('{ configMaps(labelSelector: "a=b=c") { items { metadata { name } } } }');
    expect(json.errors[0].extensions).toMatchObject({ code: 'BAD_REQUEST', status: { kind: 'Status', code: 400, reason: 'BadRequest' } });
    const big = await post('', { body: JSON.stringify({ query: `{ a${'b'.repeat(4_000_000)} }` }) });
    expect([400, 413]).toContain(big.status);
    const many = await post('', { body: `{"query":"{ clock { mode } }","variables":{"a":[${'[],'.repeat(40_000)}0]}}` });
    expect([many.status, many.json.message]).toEqual([413, 'the body has more than 30000 values']);
  });
});

describe('the platform', () => {
  const send = (method: string, at: string, body: string, type = 'application/json') =>
    ask(`/platform/v1${at}`, { method, token: service.adminToken, headers: { 'content-type': type }, body });
  test.each<[string, [method: string, at: string, body: string, type?: string], number, string | RegExp]>([
    ['no JSON', ['POST', '/clusters', '{"name":'], 400, /JSON|Unexpected end/i],
    ['another type', ['POST', '/clusters', 'name: x', 'application/yaml'], 415, 'send application/json'],
    ['no type that a file has', ['POST', '/clusters/import', '{}', 'text/plain'], 415, 'send the file as application/x-ndjson'],
    ['the type of a file', ['POST', '/clusters', '{}', 'application/x-ndjson'], 415, 'send application/json'],
    ['no name', ['POST', '/clusters', '{}'], 422, /^name: /],
    ['a bad name', ['POST', '/clusters', '{"name":"Bad Name"}'], 422, 'name: must be a DNS label: lower-case letters, digits and dashes'],
    ['a name of 100,000 characters', ['POST', '/clusters', `{"name":"${long}"}`], 422, /^name: /],
    ['an unknown field', ['POST', '/clusters', '{"name":"x","colour":"red"}'], 422, /colour/],
    ['too many nodes', ['POST', '/clusters', '{"name":"x","nodes":{"count":100000}}'], 422, /^nodes\.count: /],
    ['a bad profile', ['POST', '/clusters', '{"name":"x","profile":"fast"}'], 422, /^profile: /],
    ['a bad clock', ['POST', '/clusters', '{"name":"x","clock":{"mode":"sideways"}}'], 422, /^clock/],
    [
      'an organization that there is not',
      ['POST', '/clusters', '{"name":"x","organization":"nobody"}'],
      422,
      'organization: there is no organization named nobody',
    ],
    ['a list', ['POST', '/clusters', '[]'], 422, /.*/],
    [
      'more values than are parsed at once',
      ['POST', '/clusters', `[${'{},'.repeat(40_000)}{}]`],
      413,
      'the body has more than 30000 values',
    ],
    ['nothing, called JSON', ['POST', '/clusters', ''], 422, /.*/],
    ['a deletion whose empty body is called JSON', ['DELETE', '/clusters/none', ''], 404, 'there is no cluster none'],
    ['a name that is taken', ['POST', '/clusters', '{"name":"own"}'], 409, 'the organization already has a cluster named own'],
    ['a cluster that there is not', ['GET', '/clusters/nosuchcluster', ''], 404, 'there is no cluster nosuchcluster'],
    ['a route that there is not', ['GET', '/nothing', ''], 404, /.*/],
    ['a body over its bound', ['POST', '/clusters', `{"name":"${'x'.repeat(2 * 1024 * 1024)}"}`], 413, /.*/],
  ])('%s', async (_, request, status, detail) => {
    const answer = await send(...request);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, expect.stringMatching(/^application\/problem\+json/)]);
    expect(answer.json).toMatchObject({ type: 'about:blank', title: expect.any(String), status, requestId: expect.any(String) });
    expect(answer.json.detail ?? '').toEqual(typeof detail === 'string' ? detail : expect.stringMatching(detail));
  });

  test('a real clock cannot be advanced', async () => {
    const answer = await send('POST', `/clusters/${own.cluster.id}/clock/advance`, '{"by":"1m"}');
    expect([answer.status, answer.json.detail]).toEqual([
      409,
      `cluster ${own.cluster.id} has a real clock; only a stepped one can be advanced`,
    ]);
  });
});

describe('after all of these', () => {
  test('thousands of headers are rejected and cost nothing', async () => {
    const headers = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`x-${i}`, 'y'.repeat(20)]));
    const few = await ask(`${own.prefix}/api/v1/nodes`, { token: own.cluster.token, headers });
    expect([200, 431]).toContain(few.status);
    const huge = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`x-${i}`, 'y'.repeat(500)]));
    expect(
      (await ask(`${own.prefix}/api/v1/nodes`, { token: own.cluster.token, headers: huge }).catch(() => ({ status: 431 }))).status,
    ).toBe(431);
  });

  test('the same process is still live and healthy, has revealed no internals, and has lost nothing', async () => {
    expect(service.pids(apiPid)).toEqual(pid);
    expect(await service.request('/livez')).toMatchObject({ status: 200, text: 'ok' });
    expect(await service.request('/readyz')).toMatchObject({ status: 200, text: 'ok' });
    for (const { text } of answers)
      expect(text).not.toMatch(/\bat \S+ \(?(file|node|\/)|node_modules|\.js:\d+|\/dist\/|SELECT |stacktrace/);
    expect((await own.must('GET', `${maps}/there`)).data).toEqual({ a: 'b' });
    expect(({} as Json).polluted).toBeUndefined();
    const log = readFileSync(path.join(service.home, 'logs/api.log'), 'utf8');
    expect(log.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
  });
});
