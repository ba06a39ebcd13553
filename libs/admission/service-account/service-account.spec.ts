import { cluster, pod, post, postPod, specOf } from '../test-cluster.js';
import { serviceAccount } from './service-account.js';

describe('ServiceAccount', () => {
  const mount = (name: string) => ({ name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' });

  it('mounts the token of the default account', async () => {
    const made = await cluster();
    const { body } = await postPod(made, pod('a', { initContainers: [{ name: 'i', image: 'x' }] }));
    const { serviceAccountName, serviceAccount, volumes, containers, initContainers } = specOf(body) as Record<
      string,
      Record<string, unknown>[]
    >;
    const [volume] = volumes as unknown as Array<{ name: string }>;
    expect(volume?.name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const name = volume?.name ?? '';
    expect({
      serviceAccountName,
      serviceAccount,
      volumes,
      mounts: [containers, initContainers].map((list) => list?.[0]?.volumeMounts),
    }).toEqual({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      volumes: [
        {
          name,
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
              { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
            ],
          },
        },
      ],
      mounts: [[mount(name)], [mount(name)]],
    });
  });

  it.each([
    ['the pod', {}, { automountServiceAccountToken: false }],
    ['the account', { automountServiceAccountToken: false }, {}],
  ])('mounts nothing if %s disables it', async (_, account, spec) => {
    const made = await cluster();
    await post(made, '/api/v1/namespaces/ns/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'own' },
      ...account,
    });
    const { body } = await postPod(made, pod('a', { serviceAccountName: 'own', ...spec }));
    expect(specOf(body).volumes).toBeUndefined();
  });

  it("adds the account's pull secrets", async () => {
    const made = await cluster();
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'own' }, imagePullSecrets: [{ name: 's' }] };
    await post(made, '/api/v1/namespaces/ns/serviceaccounts', account);
    const { body } = await postPod(made, pod('a', { serviceAccountName: 'own' }));
    expect(specOf(body).imagePullSecrets).toEqual([{ name: 's' }]);
  });

  it.each([
    [
      'no such account',
      pod('a', { serviceAccountName: 'none' }),
      'error looking up service account ns/none: serviceaccount "none" not found',
    ],
    [
      'a mirror pod with an account',
      pod('a', { serviceAccountName: 'default' }, { annotations: { 'kubernetes.io/config.mirror': 'h' } }),
      'a mirror pod may not reference service accounts',
    ],
    [
      'a mirror pod with a secret',
      pod('a', { volumes: [{ name: 'v', secret: { secretName: 's' } }] }, { annotations: { 'kubernetes.io/config.mirror': 'h' } }),
      'a mirror pod may not reference secrets',
    ],
  ])('rejects %s', async (_, body, reason) => {
    expect(await postPod(await cluster(), body)).toMatchObject({ status: 403, message: `pods "a" is forbidden: ${reason}` });
  });

  describe('an account that limits secrets', () => {
    const limiting = async (value: string) => {
      const made = await cluster();
      const metadata = { name: 'own', annotations: { 'kubernetes.io/enforce-mountable-secrets': value } };
      const lists = { secrets: [{ name: 's' }], imagePullSecrets: [{ name: 'p' }] };
      await post(made, '/api/v1/namespaces/ns/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata, ...lists });
      return made;
    };
    const variable = (secret: string) => ({
      name: 'c',
      image: 'x',
      env: [{ name: 'E', valueFrom: { secretKeyRef: { name: secret, key: 'k' } } }],
    });
    const all = (secret: string) => ({ name: 'c', image: 'x', envFrom: [{ secretRef: { name: secret } }] });
    const because = 'is not allowed because service account own does not reference that secret';

    it.each<[string, string, Record<string, unknown>, string | undefined]>([
      [
        'listed ones',
        'true',
        {
          volumes: [{ name: 'v', secret: { secretName: 's' } }],
          containers: [variable('s')],
          initContainers: [{ ...all('s'), name: 'i' }],
        },
        undefined,
      ],
      ['a volume', 'true', { volumes: [{ name: 'v', secret: { secretName: 'x' } }] }, `volume with secret.secretName="x" ${because}`],
      ['a variable', 'true', { containers: [variable('x')] }, `container c with envVar E referencing secret.secretName="x" ${because}`],
      ['all variables', '1', { containers: [all('x')] }, `container c with envFrom referencing secret.secretName="x" ${because}`],
      [
        'an init container',
        'T',
        { initContainers: [{ ...variable('x'), name: 'i' }] },
        `init container i with envVar E referencing secret.secretName="x" ${because}`,
      ],
      [
        'a pull secret',
        'true',
        { imagePullSecrets: [{ name: 'p' }, { name: 'x' }] },
        'imagePullSecrets[1].name="x" is not allowed because service account own does not reference that imagePullSecret',
      ],
      ['anything, if it does not', 'false', { containers: [variable('x')], imagePullSecrets: [{ name: 'x' }] }, undefined],
    ])('%s (%s)', async (_, value, spec, reason) => {
      const answered = await postPod(await limiting(value), pod('a', { serviceAccountName: 'own', ...spec }));
      expect(answered).toMatchObject(reason === undefined ? { status: 201 } : { status: 403, message: `pods "a" is forbidden: ${reason}` });
    });

    it.each([
      ['s', undefined],
      ['x', `ephemeral container e with envVar E referencing secret.secretName="x" ${because}`],
    ])('an ephemeral container with %s', async (secret, message) => {
      const account = {
        metadata: { name: 'own', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
        secrets: [{ name: 's' }],
      };
      const reader = { get: async () => account };
      const object = pod('a', { serviceAccountName: 'own', ephemeralContainers: [{ ...variable(secret), name: 'e' }] });
      const about = { operation: 'UPDATE', group: '', resource: 'pods', subresource: 'ephemeralcontainers', namespace: 'ns', name: 'a' };
      const refused = await Promise.resolve(serviceAccount.validate?.({ ...about, object } as never, { reader } as never)).then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect(refused).toEqual(message);
    });
  });

  describe('the default account of a new namespace', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } };
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };

    it('is waited for', async () => {
      const made = await cluster();
      await post(made, '/api/v1/namespaces', namespace);
      const posted = post(made, '/api/v1/namespaces/new/pods', pod('a'));
      const [first] = await waits(made, 1);
      await post(made, '/api/v1/namespaces/new/serviceaccounts', account);
      made.timers.fire();
      expect([first, (await posted).status, made.timers.waiting]).toEqual([5, 201, []]);
    });

    it('is waited for up to a second', async () => {
      const made = await cluster();
      await post(made, '/api/v1/namespaces', namespace);
      const posted = post(made, '/api/v1/namespaces/new/pods', pod('a'));
      const passed = await waits(made, 9);
      made.timers.fire();
      const message = 'pods "a" is forbidden: error looking up service account new/default: serviceaccount "default" not found';
      expect(await posted).toMatchObject({ status: 403, message });
      expect([passed.reduce((sum, wait) => sum + wait), made.timers.waiting]).toEqual([1000, []]);
    });
  });
});

/** Fires all but the last of the given number of timers, one after the other, and returns their durations. */
async function waits({ timers }: Awaited<ReturnType<typeof cluster>>, count: number): Promise<number[]> {
  const passed: number[] = [];
  for (;;) {
    while (timers.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    passed.push(...timers.waiting);
    if (passed.length === count) return passed;
    timers.fire();
  }
}
