// The worst objects of a given size: many items, many keys, long strings, deep nesting.
import { configMap, deployment, json, listOf, mapOf, maps, nested, pod, pods, post } from './parts.mjs';

/** Shape by name: bytes → request. */
export const worstObjects = {
  nestedLists: (n) => post(maps, `{"data":${nested(n, '[', '', ']')}}`),
  nestedObjects: (n) => post(maps, `{"data":${nested(n, '{"a":', '1', '}')}}`),
  nestedUnclosed: (n) => post(maps, '['.repeat(n)),
  equalKeys: (n) =>
    post(maps, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w"},"data":{${listOf(n, 8, () => '"a":"b"').join(',')}}}`),
  manyKeys: (n) => json(maps, configMap(mapOf(n, 14, (i) => [`k${i}`, 'v']))),
  badKeys: (n) => json(maps, configMap(mapOf(n, 14, (i) => [`k ${i}`, 'v']))),
  unknownFields: (n) =>
    json(
      maps,
      mapOf(n, 12, (i) => [`u${i}`, 1]),
    ),
  longString: (n) => json(maps, configMap({ a: 'x'.repeat(n) })),
  longName: (n) => json(maps, configMap({}, { name: 'x'.repeat(n) })),
  longBlanks: (n) => json(maps, configMap({}, { name: `${' '.repeat(n)}x` })),
  longDots: (n) => json(maps, configMap({}, { name: 'a.'.repeat(n / 2) })),
  longDashes: (n) => json(maps, configMap({}, { name: `a${'-'.repeat(n)}.` })),
  escapes: (n) => post(maps, `{"data":{"a":"${'\\u0000'.repeat(n / 6)}"}}`),
  longNumber: (n) => post(pods, `{"spec":{"activeDeadlineSeconds":${'9'.repeat(n)}}}`),
  blanks: (n) => post(maps, `${' '.repeat(n)}{`),
  env: (n) => json(pods, pod({ env: listOf(n, 28, () => ({ name: 'A', value: '$(A)' })) })),
  envReferences: (n) => json(pods, pod({ env: listOf(n, 40, (i) => ({ name: `A${i}`, value: `$(A${i + 1})` })) })),
  ports: (n) => json(pods, pod({ ports: listOf(n, 24, () => ({ containerPort: 80, hostPort: 80 })) })),
  containers: (n) => json(pods, { ...pod({}), spec: { containers: listOf(n, 28, () => ({ name: 'c', image: 'nginx' })) } }),
  mounts: (n) => json(pods, pod({ volumeMounts: listOf(n, 32, () => ({ name: 'v', mountPath: '/a' })) })),
  volumes: (n) => json(pods, { ...pod({}), spec: { ...pod({}).spec, volumes: listOf(n, 28, () => ({ name: 'v', emptyDir: {} })) } }),
  tolerations: (n) =>
    json(pods, { ...pod({}), spec: { ...pod({}).spec, tolerations: listOf(n, 34, (i) => ({ key: `k${i % 3}`, operator: 'Exists' })) } }),
  containerPorts: (n) =>
    json(pods, {
      ...pod({}),
      spec: { containers: listOf(n, 64, (i) => ({ name: `c${i}`, image: 'nginx', ports: [{ containerPort: 80 }] })) },
    }),
  volumeItems: (n) =>
    json(pods, {
      ...pod({}),
      spec: {
        ...pod({}).spec,
        volumes: [{ name: 'v', configMap: { name: 'a', items: listOf(n, 32, (i) => ({ key: `a${i}`, path: `p${i}` })) } }],
      },
    }),
  volumeSlashes: (n) =>
    json(pods, {
      ...pod({}),
      spec: { ...pod({}).spec, volumes: [{ name: 'v', configMap: { name: 'a', items: [{ key: 'a', path: `a${'/'.repeat(n)}b` }] } }] },
    }),
  pullSecrets: (n) => json(pods, { ...pod({}), spec: { ...pod({}).spec, imagePullSecrets: listOf(n, 18, (i) => ({ name: `v${i}` })) } }),
  hostAliases: (n) =>
    json(pods, {
      ...pod({}),
      spec: { ...pod({}).spec, hostAliases: listOf(n, 42, (i) => ({ ip: `1.2.${(i >> 8) & 255}.${i & 255}`, hostnames: [`a${i}`] })) },
    }),
  resourceClaims: (n) =>
    json(pods, {
      ...pod({ resources: { claims: listOf(n, 60, (i) => ({ name: `v${i}` })) } }),
      spec: {
        ...pod({ resources: { claims: listOf(n, 60, (i) => ({ name: `v${i}` })) } }).spec,
        resourceClaims: listOf(n, 60, (i) => ({ name: `v${i}`, resourceClaimName: 'a' })),
      },
    }),
  unknownClaims: (n) =>
    json(pods, {
      ...pod({}),
      spec: {
        ...pod({ resources: { claims: listOf(n, 60, (i) => ({ name: `u${i}` })) } }).spec,
        resourceClaims: listOf(n, 60, (i) => ({ name: `v${i}`, resourceClaimName: 'a' })),
      },
    }),
  badResources: (n) => json(pods, pod({ resources: { limits: mapOf(n, 12, (i) => [`c${i}`, '1']) } })),
  affinity: (n) =>
    json(pods, {
      ...pod({}),
      spec: {
        ...pod({}).spec,
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: listOf(n, 70, () => ({
              topologyKey: 'a',
              labelSelector: { matchLabels: { a: 'b' } },
            })),
          },
        },
      },
    }),
  spreading: (n) =>
    json(pods, {
      ...pod({}),
      spec: {
        ...pod({}).spec,
        topologySpreadConstraints: listOf(n, 60, () => ({ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' })),
      },
    }),
  command: (n) => json(pods, pod({ command: ['sh', '-c', `while true; do ${' '.repeat(n)}; done`] })),
  commandWords: (n) => json(pods, pod({ command: listOf(n, 4, () => 'a') })),
  finalizers: (n) => json(maps, configMap({}, { finalizers: listOf(n, 8, (i) => `a/${i % 9}`) })),
  owners: (n) =>
    json(
      maps,
      configMap({}, { ownerReferences: listOf(n, 60, () => ({ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u', controller: true })) }),
    ),
  ownersApart: (n) =>
    json(maps, configMap({}, { ownerReferences: listOf(n, 62, (i) => ({ apiVersion: 'v1', kind: 'Pod', name: `a${i}`, uid: `u${i}` })) })),
  labels: (n) => json(maps, configMap({}, { labels: mapOf(n, 14, (i) => [`k${i}`, 'v']) })),
  badLabels: (n) => json(maps, configMap({}, { labels: mapOf(n, 14, (i) => [`k/${i}/`, ' ']) })),
  annotations: (n) => json(maps, configMap({}, { annotations: mapOf(n, 14, (i) => [`k${i}`, 'v']) })),
  servicePorts: (n) =>
    json('/api/v1/namespaces/default/services', {
      metadata: { name: 'w' },
      spec: { ports: listOf(n, 30, (i) => ({ port: (i % 9) + 1, name: `p${i % 7}` })) },
    }),
  endpoints: (n) =>
    json('/api/v1/namespaces/default/endpoints', {
      metadata: { name: 'w' },
      subsets: [{ addresses: listOf(n, 18, () => ({ ip: '1.2.3.4' })), ports: [{ port: 1 }] }],
    }),
  slice: (n) =>
    json('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      metadata: { name: 'w' },
      addressType: 'IPv4',
      ports: [],
      endpoints: listOf(n, 26, () => ({ addresses: ['1.2.3.4'] })),
    }),
  roleRules: (n) =>
    json('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      metadata: { name: 'w' },
      rules: listOf(n, 60, () => ({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] })),
    }),
  roleNames: (n) =>
    json('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      metadata: { name: 'w' },
      rules: [{ apiGroups: [''], resources: listOf(n, 8, (i) => `r${i}`), verbs: listOf(n / 9, 8, (i) => `v${i}`) }],
    }),
  netpol: (n) =>
    json('/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', {
      metadata: { name: 'w' },
      spec: { podSelector: {}, ingress: listOf(n, 50, () => ({ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] })) },
    }),
  ingress: (n) =>
    json('/apis/networking.k8s.io/v1/namespaces/default/ingresses', {
      metadata: { name: 'w' },
      spec: { rules: listOf(n, 30, () => ({ host: 'a.b', http: { paths: [] } })) },
    }),
  crdSchema: (n) =>
    json('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'ws.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'ws', kind: 'W' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: mapOf(n, 30, (i) => [`p${i}`, { type: 'object' }]) } },
          },
        ],
      },
    }),
  crdDeep: (n) =>
    post(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      `{"metadata":{"name":"ws.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"ws","kind":"W"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":${nested(n, '{"type":"object","properties":{"a":', '{}', '}}')}}}]}}`,
    ),
  selectorExpressions: (n) =>
    json(
      '/apis/apps/v1/namespaces/default/deployments',
      deployment(
        { containers: [{ name: 'c', image: 'x' }] },
        { selector: { matchExpressions: listOf(n, 45, () => ({ key: 'a', operator: 'In', values: ['b'] })) } },
      ),
    ),
  templateEnv: (n) =>
    json(
      '/apis/apps/v1/namespaces/default/deployments',
      deployment({ containers: [{ name: 'c', image: 'x', env: listOf(n, 24, (i) => ({ name: `A${i}`, value: 'b' })) }] }),
    ),
  taints: (n) =>
    json('/api/v1/nodes', {
      metadata: { name: 'w' },
      spec: { taints: listOf(n, 40, () => ({ key: 'a', value: 'b', effect: 'NoSchedule' })) },
    }),
  resources: (n) => json(pods, pod({ resources: { limits: mapOf(n, 20, (i) => [`a.b/c${i}`, '1']) } })),
  quantity: (n) => json(pods, pod({ resources: { limits: { cpu: '1'.repeat(n) } } })),
  quantityZeros: (n) => json(pods, pod({ resources: { limits: { cpu: `0.${'0'.repeat(n)}1` } } })),
  secret: (n) => json('/api/v1/namespaces/default/secrets', { metadata: { name: 'w' }, stringData: mapOf(n, 14, (i) => [`k${i}`, 'v']) }),
  base64: (n) => json('/api/v1/namespaces/default/secrets', { metadata: { name: 'w' }, data: { a: `${'A'.repeat(n)}*` } }),
  cron: (n) =>
    json('/apis/batch/v1/namespaces/default/cronjobs', { metadata: { name: 'w' }, spec: { schedule: `${'1,'.repeat(n / 2)}1 * * * *` } }),
  hpa: (n) =>
    json('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      metadata: { name: 'w' },
      spec: {
        maxReplicas: 2,
        scaleTargetRef: { kind: 'Deployment', name: 'a', apiVersion: 'apps/v1' },
        metrics: listOf(n, 90, () => ({
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 1 } },
        })),
      },
    }),
  managedFields: (n) =>
    json(
      maps,
      configMap(
        {},
        {
          managedFields: listOf(n, 90, () => ({
            manager: 'a',
            operation: 'Update',
            apiVersion: 'v1',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': {} },
          })),
        },
      ),
    ),
  managedDeep: (n) =>
    post(
      maps,
      `{"metadata":{"name":"w","managedFields":[{"manager":"a","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":${nested(n, '{"f:a":', '{}', '}')}}]}}`,
    ),
  csr: (n) =>
    json('/apis/certificates.k8s.io/v1/certificatesigningrequests', {
      metadata: { name: 'w' },
      spec: {
        signerName: 'a/b',
        usages: ['any'],
        request: Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${'MIIB'.repeat(n / 6)}\n-----END CERTIFICATE REQUEST-----\n`).toString(
          'base64',
        ),
      },
    }),
};
