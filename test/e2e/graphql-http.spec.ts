import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { ClusterApi, type Json } from '../cluster-api.js';
import { type MadeCluster, type RequestOptions, type Service, startService, until } from '../service.js';

let service: Service;
let made: MadeCluster;
let cluster: ClusterApi;

beforeAll(async () => {
  service = await startService();
  made = await service.createCluster({ name: 'graph', profile: 'instant' });
  cluster = new ClusterApi(service, made);
});

afterAll(async () => {
  cluster?.close();
  await service?.stop();
});

const maps = '/api/v1/namespaces/default/configmaps';
const preflight = { 'apollo-require-preflight': '1' };
const inUrl = (asked: Record<string, unknown>): string => {
  const texts = Object.entries(asked).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return `/graphql?${new URLSearchParams(texts)}`;
};

async function asked(at: string, options: RequestOptions = {}): Promise<Json> {
  const { status, headers, text } = await service.request(at, { token: made.token, ...options });
  return { status, headers, ...JSON.parse(text) };
}
const posted = (body: unknown, headers: Record<string, string> = {}) =>
  asked('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
const got = (body: Record<string, unknown>, headers: Record<string, string> = preflight) => asked(inUrl(body), { headers });

describe('queries by GET', () => {
  test('are answered as those by POST', async () => {
    const query = 'query One($name: String!) { node(name: $name) { metadata { name } } }';
    const answer = await got({ query, variables: { name: 'worker-1' }, operationName: 'One' });
    expect([answer.status, answer.data]).toEqual([200, { node: { metadata: { name: 'worker-1' } } }]);
  });

  test('a request that a page of another site may have made is refused, and so is a mutation', async () => {
    const forged = await got({ query: '{ nodes { items { kind } } }' }, {});
    expect([forged.status, forged.errors[0].message]).toEqual([400, expect.stringMatching(/Cross-Site Request Forgery/)]);
    const mutation = await got({ query: 'mutation { delete(kind: "cm", name: "x") { warnings } }' });
    expect([mutation.status, mutation.headers.allow, mutation.errors[0].extensions.code]).toEqual([405, 'POST', 'BAD_REQUEST']);
    expect(mutation.data).toBeUndefined();
  });

  test('a browser that opens the address gets the page, whatever it asks; without a token nothing is told', async () => {
    const page = await service.request(inUrl({ query: '{ nodes { items { kind } } }' }), { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await service.request(inUrl({ query: '{ __typename }' }), { headers: preflight })).status).toBe(401);
  });
});

test('long writes are answered by the thread of long bodies like short ones by the event loop', async () => {
  const isReady = () => readFileSync(path.join(service.home, 'logs/api.log'), 'utf8').includes('the thread for large requests is ready');
  const sized = (name: string, length: number) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: ${'x'.repeat(length)}}\n`;
  const query = `mutation ($m: String!, $atomic: Boolean! = false, $dryRun: Boolean) {
    apply(manifest: $m, atomic: $atomic, dryRun: $dryRun) { operation warnings before { kind } object { kind metadata { name } } diff { path from } }
  }`;
  const inNamespace = (name: string, manifest: string) =>
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n---\n${manifest.replace('{name:', `{namespace: ${name}, name:`)}`;
  const write = (m: string, more = {}) => posted({ query, variables: { m, ...more } });
  const asked = performance.now();
  await write(sized('starts-the-thread', 100_000));
  // It waits for the thread, but no longer than 5 s.
  expect(isReady() || performance.now() - asked > 5_000).toBe(true);
  expect(await until(isReady)).toBe(true);
  const patch =
    'mutation ($name: String!, $patch: JSON!) { patch(kind: "cm", name: $name, patch: $patch, dryRun: true) { operation diff { path } } }';
  const whatIf = 'query ($m: String!) { whatIf(manifest: $m) { pod state nodes { feasible } } }';
  const pod = (length: number) =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {a: ${'x'.repeat(length)}}}\nspec: {containers: [{name: c, image: i}]}\n`;
  const outcomes = async (length: number) => {
    const name = `of-${length}`;
    const more = `---\nkind: x\n---\n${sized(name, length)}b: c\n---\n${sized('Bad_Name', length)}`;
    const shown = ({ status, data, errors }: Json) => {
      const messages = errors?.map(({ message, extensions, path: at }: Json) => [
        message.slice(0, 200),
        extensions.code,
        extensions.line,
        at,
      ]);
      return JSON.parse(
        JSON.stringify({ status, data, messages })
          .replaceAll(name, 'NAME')
          .replaceAll(/x{50,}/g, 'xx'),
      );
    };
    return [
      shown(await write(`${sized(name, length)}${more}`)),
      shown(await write(`${sized(name, length)}  \nkind: ConfigMap`)),
      shown(await write(`${sized(`${name}-2`, length)}---\n${sized(`${name}-3`, length)}`, { atomic: true })),
      shown(await write(`${sized(`${name}-2`, length + 1)}---\n${sized('Bad_Name', length)}`, { atomic: true })),
      Object.keys((await cluster.call('GET', `${maps}/${name}-3`)).json.data),
      shown(await write(inNamespace(`tried-${length}`, sized('inside', length)), { atomic: true, dryRun: true })).messages,
      (await cluster.call('GET', `/api/v1/namespaces/tried-${length}`)).status,
      shown(await posted({ query: patch, variables: { name, patch: { data: { b: 'x'.repeat(length) } } } })),
      shown(await posted({ query: whatIf, variables: { m: pod(length) } })),
    ];
  };
  const short = await outcomes(100);
  expect(short.slice(-2).map(({ data }) => data)).toEqual([
    { patch: { operation: 'UPDATED', diff: [{ path: '.data.b' }] } },
    { whatIf: { pod: 'default/p', state: 'PENDING', nodes: expect.any(Array) } },
  ]);
  expect(short[0].data.apply.map((one: Json) => one?.operation ?? null)).toEqual(['CREATED', null, null, null]);
  expect(short.slice(-4, -2)).toEqual([undefined, 404]);
  expect(await outcomes(50_000)).toEqual(short);
});

test('answers that nobody reads are bounded: others are refused until they are read', async () => {
  await cluster.must('POST', maps, { metadata: { name: 'large' }, data: { a: 'x'.repeat(900_000) } });
  const query = `{ ${Array.from({ length: 10 }, (_, i) => `a${i}: configMap(name: "large") { json }`).join(' ')} }`;
  const body = JSON.stringify({ query });
  /** Asks, and does not read the answer. */
  const unread = () =>
    new Promise<() => void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${made.token}`, 'content-type': 'application/json', 'content-length': String(body.length) };
      const call = https.request(new URL('/graphql', service.origin), { method: 'POST', agent: false, ca: service.ca, headers });
      call.on('response', ({ statusCode }) => (statusCode === 200 ? resolve(() => call.destroy()) : reject(new Error(`${statusCode}`))));
      call.on('error', reject);
      call.end(body);
    });
  const open: Array<() => void> = [];
  while (open.length < 8) open.push(await unread());
  const refused = await posted({ query: '{ __typename }' });
  expect([refused.status, refused.headers['retry-after'], refused.errors]).toEqual([
    429,
    '1',
    [
      {
        message: expect.stringMatching(
          /^\d+ characters of answers wait to be read by clients of this cluster, and 67108864 is the limit: read them, or ask for smaller pages\.$/,
        ),
        extensions: { code: 'TOO_MANY_REQUESTS' },
      },
    ],
  ]);
  const other = await service.createCluster({ name: 'reads', profile: 'instant' });
  expect((await asked(inUrl({ query: '{ __typename }' }), { headers: preflight, token: other.token })).status).toBe(200);
  for (const close of open) close();
  expect(await until(async () => (await posted({ query: '{ __typename }' })).status === 200)).toBe(true);
});

test('a persisted query is sent once, and then named by its digest, by POST and GET', async () => {
  const query = '{ nodes(limit: 1) { items { kind } } }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
  const unknown = await posted({ extensions });
  expect([unknown.status, unknown.errors]).toEqual([
    200,
    [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  ]);
  const data = { nodes: { items: [{ kind: 'Node' }] } };
  expect((await posted({ query, extensions })).data).toEqual(data);
  expect((await posted({ extensions })).data).toEqual(data);
  expect((await got({ extensions })).data).toEqual(data);
  const other = await service.createCluster({ name: 'other', profile: 'instant' });
  const theirs = await asked(inUrl({ extensions }), { headers: preflight, token: other.token });
  expect(theirs.errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  const wrong = await posted({ query: '{ __typename }', extensions });
  expect([wrong.status, wrong.errors[0].message]).toEqual([400, 'provided sha does not match query']);
});

/** The response as it came, with its bytes. */
function raw(
  at: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<{ headers: Json; status: number; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = { authorization: `Bearer ${made.token}`, ...headers };
    const call = https.request(new URL(at, service.origin), { method, ca: service.ca, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, status: response.statusCode ?? 0, bytes: Buffer.concat(chunks) }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe('what is sent', () => {
  const introspection = (headers: Record<string, string>) =>
    raw('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: getIntrospectionQuery(), operationName: 'IntrospectionQuery' }),
    });

  test('introspection has at most 300 KB on the wire, and is sent again only if it has changed', async () => {
    const plain = await introspection({});
    expect(JSON.parse(plain.bytes.toString()).data.__schema.queryType).toMatchObject({ name: 'Query' });
    const gzip = await introspection({ 'accept-encoding': 'gzip' });
    expect(gzip.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', etag: plain.headers.etag });
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    const br = await introspection({ 'accept-encoding': 'gzip, deflate, br' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
    expect(Math.max(gzip.bytes.length, br.bytes.length)).toBeLessThan(300_000);
    const again = await introspection({ 'if-none-match': plain.headers.etag });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  test('the schema’s text is compressed and tagged likewise', async () => {
    const plain = await raw('/graphql/schema.graphql');
    const br = await raw('/graphql/schema.graphql', { headers: { 'accept-encoding': 'br' } });
    expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
    expect(br.bytes.length).toBeLessThan(300_000);
    const again = await raw('/graphql/schema.graphql', { headers: { 'if-none-match': plain.headers.etag } });
    expect(again.status).toBe(304);
  });

  test('a long answer is compressed for those who accept it', async () => {
    const query = '{ clusterRoles(limit: 100) { items { metadata { name uid } rules { apiGroups resources verbs } } } }';
    const ask = (headers: Record<string, string>) =>
      raw('/graphql', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) });
    const [plain, gzip] = [await ask({}), await ask({ 'accept-encoding': 'gzip, deflate, br' })];
    expect([plain.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual([undefined, 'gzip']);
    expect(JSON.parse(gunzipSync(gzip.bytes).toString()).data).toEqual(JSON.parse(plain.bytes.toString()).data);
  });
});

interface Events {
  headers: Json;
  /** The results, and `complete`. */
  seen: Json[];
  text: string;
  ended: Promise<void>;
  stop(): void;
}

/** Reads an event stream as a client does. */
function events(body: Record<string, unknown>, { token = made.token, method = 'POST' } = {}): Promise<Events> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...preflight, 'content-type': 'application/json' };
    const at = new URL(method === 'GET' ? inUrl(body) : '/graphql', service.origin);
    const call = https.request(at, { method, ca: service.ca, agent: false, headers }, (response) => {
      const events: Events = {
        headers: { status: response.statusCode, ...response.headers },
        seen: [],
        text: '',
        ended: new Promise((over) => response.once('close', over)),
        stop: () => call.destroy(),
      };
      let rest = '';
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        events.text += chunk;
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const fields = new Map(
            block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
          );
          if (fields.get('event') === 'next') events.seen.push(JSON.parse(fields.get('data') ?? ''));
          else if (fields.has('event')) events.seen.push(fields.get('event') as Json);
        }
      });
      resolve(events);
    });
    call.on('error', reject);
    call.end(method === 'GET' ? undefined : JSON.stringify(body));
  });
}

describe('event streams', () => {
  const query = 'subscription { configMaps(namespace: "default", labelSelector: "app=sse") { type object { metadata { name } } } }';
  const write = (name: string) => cluster.must('POST', maps, { metadata: { name, labels: { app: 'sse' } } });
  const named = ({ data }: Json) => data.configMaps.map(({ type, object }: Json) => `${type} ${object.metadata.name}`);

  test.each(['POST', 'GET'])(
    'a subscription by %s delivers what is there and what changes, and stops with its connection',
    async (method) => {
      await write(`sse-${method.toLowerCase()}-0`);
      const stream = await events({ query }, { method });
      expect(stream.headers).toMatchObject({
        status: 200,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      expect(await until(() => stream.seen.length === 1)).toBe(true);
      await write(`sse-${method.toLowerCase()}-1`);
      expect(await until(() => stream.seen.length === 2)).toBe(true);
      expect(named(stream.seen[0])).toContain(`ADDED sse-${method.toLowerCase()}-0`);
      expect(named(stream.seen[1])).toEqual([`ADDED sse-${method.toLowerCase()}-1`]);
      stream.stop();
      await stream.ended;
    },
  );

  test('a query and a mutation are answered with one event; what is wrong with an operation is one, too', async () => {
    const stream = await events({ query: '{ node(name: "worker-1") { kind } }' });
    await stream.ended;
    expect(stream.seen).toMatchObject([{ data: { node: { kind: 'Node' } } }, 'complete']);
    expect(stream.text).toMatch(/^:\n\nevent: next\ndata: \{.*\}\n\nevent: complete\ndata:\n\n$/);
    const mutation = await events({ query: 'mutation { label(kind: "node", name: "worker-1", set: {sse: "1"}) { object { kind } } }' });
    await mutation.ended;
    expect(mutation.seen).toMatchObject([{ data: { label: { object: { kind: 'Node' } } } }, 'complete']);
    for (const [asked, method, code] of [
      [{ query: '{ nothing }' }, 'POST', 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: '{' }, 'POST', 'GRAPHQL_PARSE_FAILED'],
      [{}, 'POST', 'BAD_REQUEST'],
      [{ query: 'mutation { delete(kind: "cm", name: "x") { warnings } }' }, 'GET', 'BAD_REQUEST'],
      [{ query: 'subscription { watch(kind: "nothing") { type } }' }, 'POST', 'BAD_USER_INPUT'],
      [{ query: 'subscription { watch(kind: "pod", resourceVersion: "1") { type } }' }, 'POST', 'EXPIRED'],
    ] as const) {
      const wrong = await events(asked, { method });
      await wrong.ended;
      expect([asked, wrong.headers.status, wrong.seen]).toMatchObject([asked, 200, [{ errors: [{ extensions: { code } }] }, 'complete']]);
    }
  });

  test('a stream ends with the reason when its cluster is deleted or its token revoked', async () => {
    const short = await service.createCluster({ name: 'short', profile: 'instant' });
    const admin = (method: string, at: string) =>
      service.request(`/platform/v1/clusters/${short.id}${at}`, { method, token: service.adminToken });
    const first = await events({ query }, { token: short.token });
    const { text } = await admin('POST', '/token');
    await first.ended;
    expect(first.seen).toMatchObject([
      { errors: [{ message: 'The credentials are no longer valid: connect with others.', extensions: { code: 'UNAUTHENTICATED' } }] },
      'complete',
    ]);
    const second = await events({ query }, { token: JSON.parse(text).token });
    expect((await admin('DELETE', '')).status).toBeLessThan(300);
    await second.ended;
    expect(second.seen).toMatchObject([
      { errors: [{ message: 'The cluster was deleted.', extensions: { code: 'NOT_FOUND' } }] },
      'complete',
    ]);
  });

  test('a stream ends with the reason when the service ends', async () => {
    const stream = await events({ query });
    expect(await until(() => stream.seen.length === 1)).toBe(true);
    process.kill(service.pids(/apps\/api\/main\.js/)[0] ?? 0, 'SIGTERM');
    await stream.ended;
    expect(stream.seen.slice(1)).toMatchObject([
      { errors: [{ message: 'The server is shutting down: connect again.', extensions: { code: 'SERVICE_UNAVAILABLE' } }] },
      'complete',
    ]);
  });
});
