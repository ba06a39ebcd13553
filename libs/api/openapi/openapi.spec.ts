import { openapiV2, openapiV2Protobuf, openapiV3, openapiV3Index, scheme, wantsSwaggerProtobuf } from '../index.js';
import { namesInSwagger } from './test-swagger.js';

type Json = Record<string, unknown>;
const parse = (body: Uint8Array | undefined): Json => JSON.parse(Buffer.from(body ?? []).toString('utf8')) as Json;
const at = (value: unknown, ...path: string[]): unknown => path.reduce<unknown>((v, key) => (v as Json | undefined)?.[key], value);
/** Whether there are descriptions depends on the generated file. */
const bare = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === 'description' && typeof member === 'string' ? undefined : member)));

function references(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, member] of Object.entries(value)) {
    if (key === '$ref' && typeof member === 'string') found.add(member);
    else references(member, found);
  }
  return found;
}

describe('/openapi/v3', () => {
  test('the index contains the hashes', () => {
    const { paths } = openapiV3Index();
    expect(Object.keys(paths)).toHaveLength(23);
    expect(paths['apis/apps/v1']).toEqual({
      serverRelativeURL: `/openapi/v3/apis/apps/v1?hash=${openapiV3('apis/apps/v1')?.hash}`,
    });
    expect(openapiV3('apis/nope/v1')).toBeUndefined();
  });
  test.each(Object.keys(openapiV3Index().paths))('every reference in %s can be resolved', (path) => {
    const document = parse(openapiV3(path)?.body);
    const names = new Set(Object.keys(at(document, 'components', 'schemas') as Json).map((name) => `#/components/schemas/${name}`));
    expect([...references(document)].filter((ref) => !names.has(ref))).toEqual([]);
  });
  test("a definition with its extensions and Go's defaults", () => {
    const document = parse(openapiV3('apis/apps/v1')?.body);
    expect(bare(at(document, 'components', 'schemas', 'io.k8s.api.apps.v1.Deployment'))).toEqual({
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }], default: {} },
        spec: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }], default: {} },
        status: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentStatus' }], default: {} },
      },
      'x-kubernetes-group-version-kind': [{ group: 'apps', kind: 'Deployment', version: 'v1' }],
    });
    expect(bare(at(document, 'components', 'schemas', 'io.k8s.api.core.v1.Container', 'properties', 'ports'))).toEqual({
      type: 'array',
      items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' }], default: {} },
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    });
  });
  test('PATCH has the parameters fieldValidation and dryRun, which kubectl looks for', () => {
    const document = parse(openapiV3('apis/apps/v1')?.body);
    const patch = at(document, 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}', 'patch') as {
      parameters: Array<{ name: string }>;
    };
    expect(patch.parameters.map((p) => p.name)).toEqual(['pretty', 'dryRun', 'fieldManager', 'fieldValidation', 'force']);
    expect(at(patch, 'x-kubernetes-group-version-kind')).toEqual({ group: 'apps', kind: 'Deployment', version: 'v1' });
  });
  test('serverDefaults are not published', () => {
    const document = parse(openapiV3('apis/apps/v1')?.body);
    expect(bare(at(document, 'components', 'schemas', 'io.k8s.api.apps.v1.DeploymentSpec', 'properties', 'replicas'))).toEqual({
      type: 'integer',
      format: 'int32',
    });
    expect(JSON.stringify(document)).not.toContain('serverDefault');
  });
});

describe('/openapi/v2', () => {
  const document = parse(openapiV2().body);
  test('contains every definition, and every reference can be resolved', () => {
    const published = [...scheme.definitions()].filter((d) => !d.source.hidden).map((d) => d.openapi);
    expect(Object.keys(document.definitions as Json).sort()).toEqual(published.sort());
    const names = new Set(published.map((name) => `#/definitions/${name}`));
    expect([...references(document)].filter((ref) => !names.has(ref))).toEqual([]);
  });
  const pod = '/api/v1/namespaces/{namespace}/pods/{name}';
  const operation = (path: string, method: string) =>
    at(document, 'paths', path, method) as Json & { parameters?: Array<{ name: string }> };
  test.each([
    ['exec', 'get', 'connectCoreV1GetNamespacedPodExec', ['command', 'container', 'stderr', 'stdin', 'stdout', 'tty']],
    ['attach', 'post', 'connectCoreV1PostNamespacedPodAttach', ['container', 'stderr', 'stdin', 'stdout', 'tty']],
    ['portforward', 'get', 'connectCoreV1GetNamespacedPodPortforward', ['ports']],
    ['proxy', 'head', 'connectCoreV1HeadNamespacedPodProxy', ['path']],
    ['proxy/{path}', 'options', 'connectCoreV1OptionsNamespacedPodProxyWithPath', ['path']],
  ])('pods/%s has its options as query parameters', (subresource, method, operationId, names) => {
    const found = operation(`${pod}/${subresource}`, method);
    expect(found).toMatchObject({
      operationId,
      produces: ['*/*'],
      responses: { 200: { schema: { type: 'string' } } },
      'x-kubernetes-action': 'connect',
    });
    expect(found.parameters?.map(({ name }) => name)).toEqual(names);
  });
  test('every path and query parameter has a description', () => {
    const { paths, parameters } = parse(openapiV2().body) as { paths: Record<string, Json>; parameters: Record<string, Json> };
    const without: string[] = [];
    for (const [path, item] of Object.entries(paths)) {
      const operations = Object.values(item).flatMap((one) =>
        Array.isArray(one) ? one : ((at(one, 'parameters') as Json[] | undefined) ?? []),
      );
      for (const parameter of operations as Json[]) {
        const {
          name,
          in: place,
          description,
        } = parameter.$ref ? (parameters[String(parameter.$ref).split('/').pop() ?? ''] ?? {}) : parameter;
        if (place !== 'body' && !description) without.push(`${path}: ${name}`);
      }
    }
    expect(without).toEqual([]);
  });
  test('a log is text, and has its options as query parameters', () => {
    const found = operation(`${pod}/log`, 'get');
    expect(found).toMatchObject({ operationId: 'readCoreV1NamespacedPodLog', responses: { 200: { schema: { type: 'string' } } } });
    expect(found.parameters?.map(({ name }) => name)).toEqual([
      'container',
      'follow',
      'insecureSkipTLSVerifyBackend',
      'limitBytes',
      'pretty',
      'previous',
      'sinceSeconds',
      'stream',
      'tailLines',
      'timestamps',
    ]);
  });
  test.each([
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles', 'delete', 'deleteRbacAuthorizationV1CollectionClusterRole', 'rbacAuthorization_v1'],
    ['/api/v1/pods', 'get', 'listCoreV1PodForAllNamespaces', 'core_v1'],
    ['/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale', 'put', 'replaceAppsV1NamespacedDeploymentScale', 'apps_v1'],
  ])('%s %s is %s', (path, method, operationId, tag) => expect(operation(path, method)).toMatchObject({ operationId, tags: [tag] }));
  test('a deletion returns the object for the resources that do so', () => {
    const answer = (path: string) => at(operation(path, 'delete'), 'responses', '200', 'schema', '$ref');
    expect(answer(pod)).toBe('#/definitions/io.k8s.api.core.v1.Pod');
    expect(answer('/api/v1/namespaces/{name}')).toBe('#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Status');
  });
  test('the protobuf form has the same paths and definitions', () => {
    const found = namesInSwagger(openapiV2Protobuf().body);
    expect(found).toEqual({ paths: Object.keys(document.paths as Json), definitions: Object.keys(document.definitions as Json) });
  });
  test.each([
    ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', true],
    ['application/com.github.proto-openapi.spec.v2.v1.0+protobuf,application/json', true],
    ['application/json', false],
    ['', false],
  ])('Accept %s', (accept, protobuf) => expect(wantsSwaggerProtobuf(accept)).toBe(protobuf));
});
