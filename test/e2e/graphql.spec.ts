import { statSync } from 'node:fs';
import { buildClientSchema, buildSchema, getIntrospectionQuery, type IntrospectionQuery, validateSchema } from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ClusterApi, deploymentOf, type Json } from '../cluster-api.js';
import { type Service, startService, until } from '../service.js';

let service: Service;
let cluster: ClusterApi;
const clients: Client[] = [];

beforeAll(async () => {
  service = await startService();
  cluster = new ClusterApi(service, await service.createCluster({ name: 'graph', profile: 'instant' }));
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  cluster?.close();
  await service?.stop();
});

async function graph(query: string, variables: Record<string, unknown> = {}): Promise<Json> {
  const { status, text } = await service.request('/graphql', {
    method: 'POST',
    token: cluster.cluster.token,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return { status, ...JSON.parse(text) };
}

/** The data; throws if there are errors. */
async function data(query: string, variables?: Record<string, unknown>): Promise<Json> {
  const answer = await graph(query, variables);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

function socket(token = cluster.cluster.token, more: Partial<ClientOptions> = {}): Client {
  const ca = service.ca;
  class Trusting extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { ca });
    }
  }
  const url = `${service.origin.replace('https', 'wss')}/graphql`;
  const client = createClient({
    url,
    webSocketImpl: Trusting,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    ...more,
  });
  clients.push(client);
  return client;
}

interface Subscribed {
  seen: Json[];
  errors: unknown[];
  ended: Promise<void>;
  stop(): void;
}

function subscribe(client: Client, query: string, variables: Record<string, unknown> = {}): Subscribed {
  const seen: Json[] = [];
  const errors: unknown[] = [];
  let stop = () => {};
  const ended = new Promise<void>((resolve) => {
    stop = client.subscribe<Json>(
      { query, variables },
      {
        next: (result) => {
          if (result.errors) errors.push(...result.errors);
          else seen.push(result.data);
        },
        error: (error) => {
          errors.push(...(Array.isArray(error) ? error : [error]));
          resolve();
        },
        complete: () => resolve(),
      },
    );
  });
  return { seen, errors, ended, stop };
}

const names = (objects: Json[]): string[] => objects.map(({ metadata }) => metadata.name);

describe('queries and mutations', () => {
  beforeAll(async () => {
    await data('mutation ($manifest: String!) { apply(manifest: $manifest) { operation } }', {
      manifest: JSON.stringify(deploymentOf('web', 3)),
    });
    await data('mutation ($manifest: String!) { create(manifest: $manifest) { operation } }', {
      manifest: 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n',
    });
    const settled = async () => {
      const { deployment, service: found } = await data(`{
        deployment(name: "web") { status { readyReplicas } }
        service(name: "web") { endpointSlices { endpoints { conditions { ready } } } endpoints { subsets { addresses { ip } } } }
      }`);
      const ready = found.endpointSlices[0]?.endpoints?.filter(({ conditions }: Json) => conditions.ready).length === 3;
      return ready && found.endpoints?.subsets?.[0]?.addresses?.length === 3 && deployment.status.readyReplicas === 3;
    };
    expect(await until(settled)).toBe(true);
  });

  test('one query leads from a deployment to its pods, their nodes and events, and from a service to its endpoints', async () => {
    const found = await data(`{
      deployment(name: "web") {
        kind apiVersion metadata { name namespace labels }
        spec { replicas strategy { type rollingUpdate { maxSurge maxUnavailable } } template { spec { containers { name image } } } }
        status { readyReplicas }
        replicaSets {
          metadata { name }
          owner { kind metadata { name } }
          pods {
            metadata { name }
            status { phase podIP }
            node { metadata { name } status { allocatable { pods } } pods { metadata { name } } }
            owner { kind ... on ReplicaSet { spec { replicas } } }
            events { reason message }
            services { metadata { name } }
          }
        }
        pods { metadata { name } }
        events { reason }
      }
      service(name: "web") {
        spec { clusterIP ports { port targetPort } }
        endpoints { subsets { addresses { ip } } }
        endpointSlices { endpoints { addresses nodeName } }
        pods { metadata { name } }
      }
    }`);
    const { deployment, service: web } = found;
    expect(deployment).toMatchObject({
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name: 'web', namespace: 'default', labels: null },
      spec: {
        replicas: 3,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: { spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
      },
      status: { readyReplicas: 3 },
      events: [{ reason: 'ScalingReplicaSet' }],
    });
    const [set] = deployment.replicaSets;
    expect(deployment.replicaSets.length).toBe(1);
    expect(set.owner).toEqual({ kind: 'Deployment', metadata: { name: 'web' } });
    expect(set.pods.length).toBe(3);
    expect(names(deployment.pods).sort()).toEqual(names(set.pods).sort());
    for (const pod of set.pods) {
      expect(pod).toMatchObject({
        status: { phase: 'Running', podIP: expect.stringMatching(/^10\.244\./) },
        node: {
          metadata: { name: expect.stringMatching(/^worker-[12]$/) },
          status: { allocatable: { pods: '110' } },
        },
        owner: { kind: 'ReplicaSet', spec: { replicas: 3 } },
        services: [{ metadata: { name: 'web' } }],
      });
      expect(names(pod.node.pods)).toContain(pod.metadata.name);
      // The first pod on a node pulls the image.
      const reasons = pod.events.map(({ reason }: Json) => reason).filter((reason: string) => reason !== 'Pulling');
      expect(reasons.sort()).toEqual(['Created', 'Pulled', 'Scheduled', 'Started']);
    }
    const ips = set.pods.map(({ status }: Json) => status.podIP).sort();
    expect(web.spec).toEqual({ clusterIP: expect.stringMatching(/^10\./), ports: [{ port: 80, targetPort: 80 }] });
    expect(web.endpoints.subsets[0].addresses.map(({ ip }: Json) => ip).sort()).toEqual(ips);
    expect(web.endpointSlices[0].endpoints.map(({ addresses }: Json) => addresses[0]).sort()).toEqual(ips);
    expect(names(web.pods).sort()).toEqual(names(set.pods).sort());
  });

  test('lists are selected by namespace, label and field, and paged', async () => {
    const { pods } = await data('{ pods(namespace: "kube-system", labelSelector: "component in (etcd)") { items { metadata { name } } } }');
    expect(names(pods.items)).toEqual(['etcd-control-plane']);
    const { nodes } = await data(
      '{ nodes(fieldSelector: "metadata.name=worker-1") { items { metadata { name } } remainingItemCount continue } }',
    );
    expect(nodes).toEqual({ items: [{ metadata: { name: 'worker-1' } }], remainingItemCount: null, continue: null });
    const seen: string[] = [];
    const versions = new Set<string>();
    let next: string | null = null;
    do {
      const page: Json = await data(
        'query ($next: String) { pods(limit: 4, continue: $next) { items { metadata { name } } continue resourceVersion remainingItemCount } }',
        { next },
      );
      expect(page.pods.items.length).toBeLessThanOrEqual(4);
      seen.push(...names(page.pods.items));
      versions.add(page.pods.resourceVersion);
      next = page.pods.continue;
    } while (next);
    const { pods: all } = await data('{ pods { items { metadata { name } } } }');
    expect([seen, versions.size]).toEqual([names(all.items), 1]);
  });

  test('objects are applied, patched with each patch type, scaled, dry-run and deleted', async () => {
    const apply = (value: string, more = '') =>
      data(
        'mutation ($manifest: String!, $dry: Boolean!) { apply(manifest: $manifest, dryRun: $dry) { object { kind metadata { name } ... on ConfigMap { data } } } }',
        {
          manifest: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied}\ndata: {a: "${value}"${more}}\n`,
          dry: false,
        },
      );
    expect((await apply('1', ', gone: "x"')).apply).toEqual([
      { object: { kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: '1', gone: 'x' } } },
    ]);
    expect((await apply('2')).apply[0].object.data).toEqual({ a: '2' });
    const patch = (type: string, value: unknown) =>
      data(
        `mutation ($patch: JSON!) { patch(kind: "configmap", name: "applied", type: ${type}, patch: $patch) { object { ... on ConfigMap { data } } } }`,
        { patch: value },
      );
    expect((await patch('MERGE', { data: { b: '3' } })).patch.object.data).toEqual({ a: '2', b: '3' });
    expect((await patch('STRATEGIC', { data: { b: null } })).patch.object.data).toEqual({ a: '2' });
    expect((await patch('JSON', [{ op: 'add', path: '/data/c', value: '4' }])).patch.object.data).toEqual({ a: '2', c: '4' });
    expect(
      await data('mutation { scale(kind: "deploy", name: "web", replicas: 5, dryRun: true) { dryRun diff { path from to } } }'),
    ).toEqual({
      scale: { dryRun: true, diff: [{ path: '.spec.replicas', from: 3, to: 5 }] },
    });
    expect(
      await data('mutation { scale(kind: "deploy", name: "web", replicas: 4) { object { ... on Deployment { spec { replicas } } } } }'),
    ).toMatchObject({
      scale: { object: { spec: { replicas: 4 } } },
    });
    expect(await data('mutation { delete(kind: "cm", name: "applied") { operation object { kind } } }')).toEqual({
      delete: { operation: 'DELETED', object: null },
    });
    expect(await data('{ configMap(name: "applied") { kind } }')).toEqual({ configMap: null });
    const several =
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: several}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: in, namespace: several}\n';
    expect((await data('mutation ($m: String!) { apply(manifest: $m) { object { kind } } }', { m: several })).apply).toEqual([
      { object: { kind: 'Namespace' } },
      { object: { kind: 'ConfigMap' } },
    ]);
  });

  test('a transaction is stored at once, or not at all', async () => {
    const create = (...names: string[]) =>
      graph(
        `mutation { create(atomic: true, namespace: "at-once", objects: [{namespace: {metadata: {name: "at-once"}}} ${names.map((name) => `{configMap: {metadata: {name: "${name}"}}}`).join(' ')}]) { object { metadata { name resourceVersion } } } }`,
      );
    const refused = await create('a', 'Bad_Name');
    expect(refused.errors.map(({ extensions }: Json) => extensions.code)).toEqual(['ABORTED', 'ABORTED', 'INVALID']);
    expect(await data('{ namespace(name: "at-once") { kind } }')).toEqual({ namespace: null });
    const { create: made } = (await create('a', 'b')).data;
    const revisions = made.map(({ object }: Json) => Number(object.metadata.resourceVersion));
    expect(revisions).toEqual([revisions[0], revisions[0] + 1, revisions[0] + 2]);
    const { configMap } = await data('{ configMap(name: "b", namespace: "at-once") { metadata { resourceVersion } } }');
    expect(Number(configMap.metadata.resourceVersion)).toBe(revisions[2]);
  });

  test('null means the same as omitted, or is rejected', async () => {
    const none = 'pods(labelSelector: null, fieldSelector: null, continue: null, limit: null, at: null, namespace: null)';
    expect((await data(`{ ${none} { items { kind } } }`)).pods.items.length).toBeGreaterThan(5);
    const created = await graph(
      'mutation { create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}", namespace: null) { operation } }',
    );
    expect(created.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await graph('{ pod(name: "x", namespace: null) { kind } }')).errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const tried = await data(
      'mutation { create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}", dryRun: null) { object { kind } } }',
    );
    expect(tried.create).toEqual([{ object: { kind: 'ConfigMap' } }]);
    const gone = await data('mutation { delete(kind: "cm", name: "x", gracePeriodSeconds: null, propagationPolicy: null) { operation } }');
    expect(gone.delete.operation).toBe('DELETED');
  });

  test('errors carry a code and the API’s Status', async () => {
    const bad = await graph('mutation { create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: Bad_Name}}") { operation } }');
    expect(bad.errors[0]).toMatchObject({
      message: expect.stringMatching(/^document 1, line 1: ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name"/),
      path: ['create', 0],
      extensions: {
        code: 'INVALID',
        document: 1,
        line: 1,
        fields: [{ field: 'metadata.name', line: 1 }],
        status: { kind: 'Status', code: 422, reason: 'Invalid', details: { kind: 'ConfigMap', name: 'Bad_Name' } },
      },
    });
    const exists = await graph(
      'mutation { create(manifest: "{apiVersion: v1, kind: Namespace, metadata: {name: default}}") { operation } }',
    );
    expect(exists.errors[0]).toMatchObject({
      message: 'document 1: namespaces "default" already exists',
      extensions: { code: 'ALREADY_EXISTS', status: { code: 409 } },
    });
    const missing = await graph('mutation { delete(kind: "pod", name: "nobody") { operation } }');
    expect(missing.errors[0]).toMatchObject({
      message: 'pods "nobody" not found',
      extensions: { code: 'NOT_FOUND', status: { code: 404 } },
    });
    const unknown = await graph('{ object(kind: "nothing", name: "x") { kind } }');
    expect(unknown.errors[0]).toMatchObject({
      message: 'the server doesn\'t have a resource type "nothing"',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('the schema is served as a text, to clients with a token', async () => {
    const { status, text } = await service.request('/graphql/schema.graphql', { token: cluster.cluster.token });
    expect(status).toBe(200);
    const types = buildSchema(text).getTypeMap();
    expect(Object.keys(types)).toEqual(expect.arrayContaining(['Query', 'Mutation', 'Subscription', 'Pod', 'PodPhase', 'PodWatchEvent']));
    expect((await service.request('/graphql/schema.graphql', { token: 'none' })).status).toBe(401);
  });

  test('clients that do not ask for deprecated inputs are told a valid schema, too', async () => {
    const schema = buildClientSchema((await data(getIntrospectionQuery())) as IntrospectionQuery);
    expect(validateSchema(schema)).toEqual([]);
  });

  test('the schema has every kind that the cluster serves, with descriptions', async () => {
    const { __schema } = await data(
      '{ __schema { types { name kind description fields { name description } } queryType { fields { name } } } }',
    );
    const pod = __schema.types.find(({ name }: Json) => name === 'Pod');
    expect(pod.description).toMatch(/^Pod is a collection of containers/);
    expect(pod.fields.find(({ name }: Json) => name === 'node').description).toBe('The Node this pod is bound to.');
    const served = await cluster.must('GET', '/apis', undefined, {
      headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    });
    const coreOnes = await cluster.must('GET', '/api', undefined, {
      headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    });
    const kinds: string[] = [...served.items, ...coreOnes.items].flatMap(({ versions }: Json) =>
      versions.flatMap(({ resources }: Json) =>
        resources.filter(({ verbs }: Json) => verbs.includes('list')).map((r: Json) => r.responseKind.kind),
      ),
    );
    const types = new Set(__schema.types.map(({ name }: Json) => name));
    expect(kinds.length).toBeGreaterThan(50);
    expect(kinds.filter((kind) => !types.has(kind))).toEqual([]);
  });
});

describe('subscriptions', () => {
  const watchQuery = `subscription ($rv: String) {
    watch(kind: "configmap", namespace: "default", labelSelector: "app=watched", resourceVersion: $rv) {
      type resourceVersion object { metadata { name } ... on ConfigMap { data } }
    }
  }`;
  const line = ({ watch: { type, object } }: Json) => `${type} ${object.metadata.name} ${object.data?.n ?? ''}`;
  const maps = '/api/v1/namespaces/default/configmaps';
  const write = (name: string, n: number) =>
    cluster.must('POST', maps, { metadata: { name, labels: { app: 'watched' } }, data: { n: String(n) } });

  test('a watch delivers existing objects and changes, and is resumed without a gap', async () => {
    await write('w-0', 0);
    const first = subscribe(socket(), watchQuery);
    expect(await until(() => first.seen.length === 1)).toBe(true);
    await write('w-1', 1);
    await cluster.must('PATCH', `${maps}/w-0`, { data: { n: '9' } }, { type: 'application/merge-patch+json' });
    expect(await until(() => first.seen.length === 3)).toBe(true);
    first.stop();
    // Changes while nobody is watching …
    await write('w-2', 2);
    await cluster.must('DELETE', `${maps}/w-0`);
    const rv = first.seen.at(-1).watch.resourceVersion;
    const second = subscribe(socket(), watchQuery, { rv });
    await until(() => second.seen.length === 2);
    await write('w-3', 3);
    await until(() => second.seen.length === 3);
    expect([...first.seen, ...second.seen].map(line)).toEqual([
      'ADDED w-0 0',
      'ADDED w-1 1',
      'MODIFIED w-0 9',
      'ADDED w-2 2',
      'DELETED w-0 9',
      'ADDED w-3 3',
    ]);
    const versions = [...first.seen, ...second.seen].map(({ watch }) => Number(watch.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect([...first.errors, ...second.errors]).toEqual([]);
    second.stop();
  });

  test('the chain of a deployment leads from the client’s write to the endpoints, component by component, with times', async () => {
    await cluster.must('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'chained' },
      spec: { selector: { app: 'chained' }, ports: [{ port: 80 }] },
    });
    const chain = subscribe(
      socket(),
      `subscription { eventChain(kind: "deployment", name: "chained") {
        depth component user verb type summary sinceCauseMs sinceStartMs at revision wokenBy object { kind metadata { name } }
      } }`,
    );
    // It has started when the server has answered a later message on the same socket.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const made = await cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('chained', 1));
    const steps = () => chain.seen.map(({ eventChain }) => eventChain);
    const touched = (kind: string) => steps().some(({ object, component }: Json) => object.kind === kind && component);
    expect(await until(() => touched('EndpointSlice') && touched('Endpoints'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    chain.stop();
    const [first, ...rest] = steps();
    expect(first).toMatchObject({
      depth: 0,
      component: null,
      user: 'kubernetes-admin',
      verb: 'create',
      type: 'CREATED',
      summary: 'kubernetes-admin created Deployment chained',
      sinceCauseMs: 0,
      sinceStartMs: 0,
      wokenBy: null,
      object: { kind: 'Deployment', metadata: { name: 'chained' } },
    });
    expect(String(first.revision)).toBe(made.metadata.resourceVersion);
    const at = (component: string, kind: string, text?: RegExp) => {
      const index = rest.findIndex(
        (step: Json) => step.component === component && step.object.kind === kind && (!text || text.test(step.summary)),
      );
      expect([component, kind, index]).toEqual([component, kind, expect.any(Number)]);
      expect([component, kind, index >= 0]).toEqual([component, kind, true]);
      return index;
    };
    const way = [
      at('deployment-controller', 'ReplicaSet', /created/),
      at('replicaset-controller', 'Pod', /created/),
      at('kube-scheduler', 'Pod', /bound to node worker-/),
      at('kubelet', 'Pod', /is Running and ready/),
    ];
    expect(way).toEqual([...way].sort((a, b) => a - b));
    const running = way[3] ?? 0;
    expect(at('endpoint-slice-controller', 'EndpointSlice')).toBeGreaterThan(way[1] ?? 0);
    expect(rest.slice(running).some(({ object }: Json) => object.kind === 'EndpointSlice' || object.kind === 'Endpoints')).toBe(true);
    const known = new Map<string, Json>([[String(first.revision), first]]);
    for (const step of rest) {
      const cause = known.get(String(step.wokenBy));
      expect(step.depth).toBe(cause?.depth + 1);
      expect(Number(step.sinceCauseMs)).toBe(Number(step.sinceStartMs) - Number(cause?.sinceStartMs));
      expect(Number(step.sinceCauseMs)).toBeGreaterThanOrEqual(0);
      if (step.type !== 'RULE') known.set(String(step.revision), step);
    }
    const so = await data('query ($rv: String!) { eventChain(resourceVersion: $rv) { summary } }', { rv: made.metadata.resourceVersion });
    expect(so.eventChain.slice(0, steps().length).map(({ summary }: Json) => summary)).toEqual(steps().map(({ summary }: Json) => summary));
  });

  test('operations that are too large, malformed or unauthorized are rejected', async () => {
    const nested = `subscription { watch(kind: "pod") { object { ${'owner { '.repeat(25)} kind ${'}'.repeat(25)} } } }`;
    const deep = subscribe(socket(), nested);
    await deep.ended;
    expect(deep.errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^The query is nested \d+ levels deep, and 20 is the limit/),
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      }),
    ]);
    const unknown = subscribe(socket(), 'subscription { watch(kind: "nothing") { type } }');
    await unknown.ended;
    expect(unknown.errors).toEqual([
      expect.objectContaining({ message: 'the server doesn\'t have a resource type "nothing"', extensions: { code: 'BAD_USER_INPUT' } }),
    ]);
    const old = subscribe(socket(), watchQuery, { rv: '1' });
    await old.ended;
    expect(old.errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining({ code: 'EXPIRED' }) })]);
    for (const token of ['nonsense', service.adminToken, '']) {
      const refused = subscribe(socket(token), watchQuery);
      await refused.ended;
      expect([refused.seen, refused.errors]).toMatchObject([[], [{ code: 4403, reason: 'Forbidden' }]]);
    }
  });

  test('rejected operations are not counted, and running ones are limited', async () => {
    const client = socket();
    for (let i = 0; i < 60; i += 1) {
      const refused = subscribe(client, i % 2 ? 'subscription { nothing }' : 'subscription { watch(kind: "nothing") { type } }');
      await refused.ended;
      expect(refused.errors.length).toBe(1);
    }
    const running = Array.from({ length: 50 }, () => subscribe(client, watchQuery));
    expect(await until(() => running.every(({ seen }) => seen.length > 0), 60_000)).toBe(true);
    const one = subscribe(client, watchQuery);
    await one.ended;
    expect(one.errors).toEqual([
      expect.objectContaining({
        message: '50 operations run on this socket, and that is the limit: end some, or open another one.',
        extensions: { code: 'TOO_MANY_REQUESTS' },
      }),
    ]);
    for (const { stop } of running) stop();
    await Promise.all(running.map(({ ended }) => ended));
    const again = subscribe(client, watchQuery);
    expect(await until(() => again.seen.length > 0, 60_000)).toBe(true);
    again.stop();
  });

  test('a flood of messages, or a large one, ends the socket and does not fill the log', async () => {
    const log = `${service.home}/logs/api.log`;
    const before = statSync(log).size;
    const raw = () => new WebSocket(`${service.origin.replace('https', 'wss')}/graphql`, 'graphql-transport-ws', { ca: service.ca });
    const closed = (ws: WebSocket) =>
      new Promise<number>((resolve) => ws.on('close', (code) => resolve(code)).on('error', () => undefined));
    const init = JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${cluster.cluster.token}` } });
    const flood = raw();
    const flooded = closed(flood);
    flood.on('open', () => flood.send(init));
    flood.once('message', () => {
      for (let i = 0; i < 10_000; i += 1) {
        flood.send(
          JSON.stringify({ id: String(i), type: 'subscribe', payload: { query: 'subscription { watch(kind: "pod") { type } }' } }),
        );
      }
    });
    const large = raw();
    const enlarged = closed(large);
    large.on('open', () => large.send('x'.repeat(300 * 1024)));
    const broken = raw();
    const refused = closed(broken);
    broken.on('open', () => broken.send('{"type": "nothing"}'));
    expect([await flooded, await enlarged, await refused]).toEqual([4429, 1009, 4400]);
    expect(statSync(log).size - before).toBeLessThan(20_000);
  });

  test('subscriptions are closed normally when the service ends', async () => {
    const closed: Json[] = [];
    const client = socket(undefined, { on: { closed: (event) => closed.push(event) } });
    const watch = subscribe(client, watchQuery);
    expect(await until(() => watch.seen.length > 0)).toBe(true);
    const [api] = service.pids(/apps\/api\/main\.js/);
    process.kill(api ?? 0, 'SIGTERM');
    await watch.ended;
    expect(closed[0]).toMatchObject({ code: 1001 });
    const anew = () => service.pids(/apps\/api\/main\.js/).some((pid) => pid !== api);
    expect(await until(anew)).toBe(true);
    const well = () =>
      service.request('/readyz').then(
        ({ status }) => status === 200,
        () => false,
      );
    expect(await until(well)).toBe(true);
  });
});

test('the playground and its files are served only from this origin', async () => {
  const page = await service.request('/graphql');
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  expect(page.headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
  expect(page.text).not.toMatch(/(src|href)=["']?(https?:)?\/\//);
  const files = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file ?? '');
  expect(files.length).toBeGreaterThanOrEqual(6);
  for (const file of files) {
    const { status, headers, text } = await service.request(file);
    const type = expect.stringMatching(/^(text\/(css|javascript)|image\/svg\+xml); charset=utf-8$/);
    expect([file, status, headers['content-type']]).toEqual([file, 200, type]);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await service.request(file, { headers: { 'if-none-match': String(headers.etag) } })).status).toBe(304);
    expect(text.length).toBeGreaterThan(100);
    // Nothing is loaded from elsewhere; URLs in comments and messages do no harm.
    expect(text).not.toMatch(/(@import|url\(|import\(|importScripts\(|from)\s*["']?(https?:)?\/\/[a-z]/);
  }
  for (const file of ['nothing.js', '..%2fserver.js', 'constructor', 'index.html', 'x/playground.js/..'].map(
    (name) => `/graphql/files/v/${name}`,
  )) {
    expect((await service.request(file)).status).toBe(404);
  }
});

describe('the audit log', () => {
  let other: ClusterApi;
  beforeAll(async () => {
    other = new ClusterApi(service, await service.createCluster({ name: 'audited', profile: 'instant' }));
  });
  afterAll(() => other?.close());

  /** The log as the platform shows it. */
  async function audit(of: ClusterApi, query = ''): Promise<Json> {
    const at = `/platform/v1/clusters/${of.cluster.id}/audit${query}`;
    const { status, text } = await service.request(at, { token: service.adminToken });
    return { status, ...JSON.parse(text) };
  }

  const alice = { 'impersonate-user': 'alice', 'impersonate-group': 'learners', 'user-agent': 'kubectl/v1.33.0', 'audit-id': 'alice-1' };

  test('what a learner does is shown stage by stage, over REST and GraphQL', async () => {
    const container = { name: 'c', image: 'nginx', securityContext: { privileged: true } };
    const labels = { 'pod-security.kubernetes.io/audit': 'baseline' };
    await other.must('POST', '/api/v1/namespaces', { metadata: { name: 'exam', labels } });
    const rules = [{ verbs: ['create'], apiGroups: [''], resources: ['pods'] }];
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/exam';
    await other.must('POST', `${rbac}/roles`, { metadata: { name: 'r' }, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
    await other.must('POST', `${rbac}/rolebindings`, { metadata: { name: 'b' }, roleRef, subjects: [{ kind: 'User', name: 'alice' }] });
    await until(async () => (await other.call('GET', '/api/v1/namespaces/exam/serviceaccounts/default')).status === 200);
    const pods = '/api/v1/namespaces/exam/pods';
    const pod = { metadata: { name: 'p' }, spec: { containers: [container] } };
    const made = await other.call('POST', pods, pod, { headers: alice });
    expect([made.status, made.headers['audit-id']]).toEqual([201, 'alice-1']);
    expect((await other.call('GET', pods, undefined, { headers: { ...alice, 'audit-id': 'not/one' } })).headers['audit-id']).toMatch(
      /^[0-9a-f-]{36}$/,
    );
    expect(
      (
        await other.call(
          'POST',
          pods,
          { metadata: { name: 'q' }, spec: { containers: [] } },
          { headers: { ...alice, 'audit-id': 'alice-3' } },
        )
      ).status,
    ).toBe(422);
    const [record] = (await audit(other, '/alice-1')).items;
    expect(record).toEqual({
      auditID: 'alice-1',
      level: 'Request',
      requestReceivedTimestamp: expect.stringMatching(/Z$/),
      clusterTime: expect.stringMatching(/Z$/),
      method: 'POST',
      verb: 'create',
      requestURI: pods,
      user: { username: 'kubernetes-admin', groups: expect.arrayContaining(['system:masters']) },
      impersonatedUser: { username: 'alice', groups: ['learners', 'system:authenticated'] },
      sourceIPs: ['127.0.0.1'],
      userAgent: 'kubectl/v1.33.0',
      objectRef: { resource: 'pods', namespace: 'exam', name: 'p', apiVersion: 'v1' },
      dryRun: false,
      responseStatus: { code: 201 },
      errors: [],
      warnings: [],
      flow: { flowSchema: expect.any(String), priorityLevel: expect.any(String) },
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason': 'RBAC: allowed by RoleBinding "b/exam" of Role "r" to User "alice"',
        'pod-security.kubernetes.io/enforce-policy': 'privileged:latest',
        'pod-security.kubernetes.io/audit-violations': expect.stringMatching(/^would violate PodSecurity "baseline:latest": privileged \(/),
      },
      admission: expect.arrayContaining([
        {
          plugin: 'ServiceAccount',
          phase: 'mutating',
          changes: expect.arrayContaining([{ op: 'add', path: '/spec/serviceAccountName', value: '"default"' }]),
          milliseconds: expect.any(Number),
        },
      ]),
      revision: Number(made.json.metadata.resourceVersion),
      stages: expect.arrayContaining([{ stage: 'storage', milliseconds: expect.any(Number) }]),
      milliseconds: expect.any(Number),
    });
    const refused = (await audit(other, '?user=alice&code=4xx')).items;
    expect(refused.map(({ verb, responseStatus: { code, reason }, errors }: Json) => [verb, code, reason, errors])).toEqual([
      ['create', 422, 'Invalid', ['spec.containers: Required value']],
      ['list', 403, 'Forbidden', []],
    ]);
    const query =
      '{ audit(user: "alice", verb: "create", code: "201") { items { id code name user { username } stages { stage } admission } continue } }';
    const { text } = await service.request('/graphql', {
      method: 'POST',
      token: other.cluster.token,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect(JSON.parse(text).data.audit).toMatchObject({
      items: [{ id: 'alice-1', code: 201, name: 'p', user: { username: 'kubernetes-admin' } }],
      continue: null,
    });
  });

  test('it holds no secrets and no tokens', async () => {
    const { token } = other.cluster;
    const secrets = '/api/v1/namespaces/default/secrets';
    const data = { password: Buffer.from('hunter2').toString('base64') };
    await other.must('POST', secrets, { metadata: { name: 's' }, data });
    await other.call('POST', secrets, { metadata: { name: 's2' }, stringData: { '/hunter2': 'hunter2' } });
    await other.call('POST', secrets, '{"data": {"password": "hunter2"');
    const account = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const { status } = await other.must('POST', account, { spec: {} });
    await other.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: status.token } });
    await other.call('GET', '/api/v1/pods', undefined, { token: `${status.token}x` });
    const { items } = await audit(other, '?limit=1000');
    const all = JSON.stringify(items);
    expect(items.map(({ objectRef, responseStatus }: Json) => `${objectRef.resource} ${responseStatus.code}`).slice(0, 6)).toEqual([
      'pods 401',
      'tokenreviews 201',
      'serviceaccounts 201',
      'secrets 400',
      'secrets 422',
      'secrets 201',
    ]);
    for (const secret of ['hunter2', data.password, token, status.token]) expect(all).not.toContain(secret);
  });

  test('a cluster’s users see their own cluster’s only, and the platform’s REST needs the platform’s token', async () => {
    await other.must(
      'POST',
      '/api/v1/namespaces/default/configmaps',
      { metadata: { name: 'theirs' } },
      { headers: { 'audit-id': 'theirs' } },
    );
    await until(async () => (await audit(other, '/theirs')).status === 200);
    expect((await data('{ audit(id: "theirs") { items { id } } }')).audit.items).toEqual([]);
    expect((await data('{ audit(limit: 500) { items { uri } } }')).audit.items.filter(({ uri }: Json) => uri.includes('theirs'))).toEqual(
      [],
    );
    const at = (of: ClusterApi) => `/platform/v1/clusters/${of.cluster.id}/audit`;
    for (const whose of [cluster, other]) expect((await service.request(at(whose), { token: cluster.cluster.token })).status).toBe(401);
    expect((await service.request(`${at(cluster)}/theirs`, { token: service.adminToken })).status).toBe(404);
  });

  test.each([
    ['?limit=0', 422],
    ['?limit=100000', 422],
    ['?code=abc', 422],
    ['?since=yesterday', 422],
    ['?continue=1', 422],
    ['?unknown=1', 422],
    ['/none', 404],
    ['?verb=create&resource=configmaps&namespace=default&limit=1&since=2020-01-01T00:00:00Z', 200],
  ])('audit%s: %i', async (query, status) => {
    expect((await audit(other, query)).status).toEqual(status);
  });

  test('a subscription shows each request as it happens, and a page the next one', async () => {
    const { seen, errors, stop } = subscribe(
      socket(other.cluster.token),
      'subscription { audit(resource: "configmaps", verb: "create") { name code } }',
    );
    const make = (name: string) => other.must('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name } });
    // The subscription has begun when it shows something.
    for (let i = 0; seen.length === 0; i++) {
      await make(`begun-${i}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const name of ['x', 'y', 'z']) await make(name);
    await until(async () => seen.some(({ audit: { name } }: Json) => name === 'z'));
    expect(errors).toEqual([]);
    expect(seen.slice(-3)).toEqual(['x', 'y', 'z'].map((name) => ({ audit: { name, code: 201 } })));
    stop();
    const first = await audit(other, '?resource=configmaps&verb=create&limit=2');
    const second = await audit(other, `?resource=configmaps&verb=create&limit=1&continue=${first.continue}`);
    expect([...first.items, ...second.items].map(({ objectRef }: Json) => objectRef.name)).toEqual(['z', 'y', 'x']);
  });
});
