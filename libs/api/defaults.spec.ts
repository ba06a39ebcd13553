import { existsSync, readFileSync } from 'node:fs';
import { applyDefaults, decodeValue, parseGroupVersion, scheme } from './index.js';

interface Given {
  kind: string;
  apiVersion: string;
}
function defaulted<T extends Given>(given: T): unknown {
  const gvk = { ...parseGroupVersion(given.apiVersion), kind: given.kind };
  const { object } = decodeValue(
    scheme.definition([...scheme.definitions()].find((d) => d === scheme.definitionFor(gvk))?.id ?? ''),
    structuredClone(given),
  );
  applyDefaults(gvk, object);
  const once = structuredClone(object);
  applyDefaults(gvk, object);
  expect(object).toEqual(once);
  return object;
}

test('a Deployment: plain defaults at every level, explicit zeros are kept', () => {
  const spec = {
    replicas: 0,
    selector: {},
    strategy: { rollingUpdate: { maxUnavailable: 0 } },
    template: {
      spec: {
        containers: [
          { name: 'c', ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } }, resources: { limits: { cpu: '1n' } } },
        ],
      },
    },
  };
  expect(defaulted({ kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name: 'a' }, spec })).toEqual({
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name: 'a' },
    spec: {
      replicas: 0,
      selector: {},
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      template: {
        metadata: {},
        spec: {
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          dnsPolicy: 'ClusterFirst',
          securityContext: {},
          schedulerName: 'default-scheduler',
          containers: [
            {
              name: 'c',
              ports: [{ containerPort: 80, protocol: 'TCP' }],
              livenessProbe: {
                httpGet: { path: '/', port: 80, scheme: 'HTTP' },
                timeoutSeconds: 1,
                periodSeconds: 10,
                successThreshold: 1,
                failureThreshold: 3,
              },
              resources: { limits: { cpu: '1m' } },
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
            },
          ],
        },
      },
    },
    status: {},
  });
});

test('object defaults are merged: service links only for Pods', () => {
  expect(defaulted({ kind: 'Pod', apiVersion: 'v1', spec: { enableServiceLinks: false } })).toMatchObject({
    spec: { enableServiceLinks: false },
  });
  expect(defaulted({ kind: 'Pod', apiVersion: 'v1' })).toMatchObject({ spec: { enableServiceLinks: true } });
  expect(defaulted({ kind: 'PodTemplate', apiVersion: 'v1' })).not.toHaveProperty('template.spec.enableServiceLinks');
});

test('an empty string that is kept counts as not set, unless it is a pointer', () => {
  expect(
    defaulted({ kind: 'RoleBinding', apiVersion: 'rbac.authorization.k8s.io/v1', roleRef: { kind: 'Role', name: 'a' } }),
  ).toMatchObject({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
  });
  expect(defaulted({ kind: 'PersistentVolume', apiVersion: 'v1', spec: { hostPath: { path: '/x' } } })).toMatchObject({
    spec: { hostPath: { path: '/x', type: '' } },
  });
});

const recorded = new URL('../../../shared/recorded/', import.meta.url);
(existsSync(recorded) ? test : test.skip)('no default says otherwise than a real server (skipped where ../shared is not there)', () => {
  interface Step {
    id: string;
    method?: string;
    path?: string;
    status?: number;
    body?: Given & { metadata?: { name?: string } };
  }
  const read = (path: string): Array<{ name: string; steps: Step[] }> => JSON.parse(readFileSync(new URL(path, recorded), 'utf8')).cases;
  const answers = read('recorded/create-defaults.json');
  const problems: string[] = [];
  for (const { name, steps } of read('cases/create-defaults.json')) {
    const answered = answers.find((c) => c.name === name)?.steps ?? [];
    for (const step of steps) {
      const answer = answered.find((s) => s.id === step.id);
      const { body } = step;
      if (step.method !== 'POST' || answer?.status !== 201 || !body?.kind || !answer.body?.kind || answer.body.kind !== body.kind) continue;
      if (/Review$|TokenRequest|Eviction|Binding$/.test(body.kind) || JSON.stringify(body).includes('{{')) continue;
      if (body.apiVersion !== answer.body.apiVersion || name === 'server set fields ignored on create') continue;
      compare(defaulted(body), answer.body, `${name}/${step.id}`, problems);
    }
  }
  expect(problems).toEqual([]);
});

/** Every default must be in the response, except for what the server drops or normalizes (status, placeholders). */
function compare(ours: unknown, theirs: unknown, path: string, problems: string[]): void {
  if (/\.(status|metadata\.(name|namespace|labels|annotations|finalizers|ownerReferences|generateName)|stringData)$/.test(path)) return;
  if (typeof theirs === 'string' && theirs.includes('<')) return;
  if (Array.isArray(ours) && ours.length === 0 && (theirs === null || theirs === undefined)) return;
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) {
    if (ours !== theirs && !(typeof ours === 'string' && ours.includes('$NS')))
      problems.push(`${path}: ${JSON.stringify(ours)} here, ${JSON.stringify(theirs)} there`);
    return;
  }
  for (const [key, value] of Object.entries(ours)) compare(value, (theirs as Record<string, unknown>)[key], `${path}.${key}`, problems);
}
