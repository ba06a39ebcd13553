import { cluster, pod, post, postPod } from '../test-cluster.js';
import { configurationOf } from './configuration.js';

const privileged = pod('a', { hostPID: true });
const configured = (configuration: Record<string, unknown>) => cluster([], { enable: ['PodSecurity'], configuration });
const BASELINE = 'pods "a" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)';

describe('the configuration of PodSecurity', () => {
  it('says what holds where a namespace says nothing', async () => {
    const made = await configured({ defaults: { enforce: 'baseline' } });
    expect(await postPod(made, privileged)).toMatchObject({ status: 403, message: BASELINE });
    const body = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'ns', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    };
    await made.call('PUT', '/api/v1/namespaces/ns', { body });
    expect((await postPod(made, privileged)).status).toBe(201);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['a namespace', { namespaces: ['ns'] }, {}],
    ['a user', { usernames: ['admin'] }, {}],
    ['a runtime class', { runtimeClasses: ['vm'] }, { runtimeClassName: 'vm' }],
  ])('exempts %s', async (_, exemptions, spec) => {
    const made = await configured({ defaults: { enforce: 'restricted' }, exemptions });
    const runtimeClass = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'vm' }, handler: 'vm' };
    await post(made, '/apis/node.k8s.io/v1/runtimeclasses', runtimeClass);
    expect((await postPod(made, pod('a', { hostPID: true, ...spec }))).status).toBe(201);
  });

  it('warns of a policy that does not count', async () => {
    const made = await configured({ exemptions: { namespaces: ['free'] } });
    const labels = { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/audit-version': 'v1.30' };
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'free', labels } };
    const { headers } = await made.call('POST', '/api/v1/namespaces', { body });
    expect(headers.warning).toEqual([
      '299 - "namespace \\"free\\" is exempt from Pod Security, and the policy (enforce=baseline:latest) will be ignored"',
    ]);
  });

  it.each([
    [{ defaults: { enforce: 'strict' } }, 'defaults.enforce: Invalid value: "strict": must be one of privileged, baseline, restricted'],
    [{ defaults: { 'warn-version': '1.2' } }, 'defaults.warn-version: Invalid value: "1.2": must be "latest" or "v1.x"'],
    [
      { exemptions: { usernames: [''], namespaces: ['a', 'a'] } },
      '[exemptions.namespaces[1]: Duplicate value: "a", exemptions.usernames[0]: Invalid value: "": username must not be empty]',
    ],
  ])('is checked: %j', (configuration, message) => {
    expect(() => configurationOf(configuration)).toThrow(message);
  });
});
