import type { CausalClient } from '#client';
import type { Effects } from '../framework.js';
import { pod } from '../test-objects.js';
import { defaultBinder } from './default-binder.js';

/** What the plugin sends; every request is answered with this. */
async function sent(answer: () => Promise<unknown>): Promise<{ requests: unknown[]; bound: unknown }> {
  const requests: unknown[] = [];
  const client = {
    createSubresource(resource: { resource: string }, ...rest: unknown[]) {
      requests.push([resource.resource, ...rest]);
      return answer();
    },
  } as unknown as CausalClient;
  const bound = defaultBinder.bind?.(pod('p'), 'w1', { client } as Effects);
  return { requests, bound: await bound?.catch((error: Error) => error.message) };
}

test('the pod is bound through its subresource, under its uid', async () => {
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p', namespace: 'default', uid: 'p' } };
  expect(await sent(() => Promise.resolve({}))).toEqual({
    requests: [['pods', 'p', 'default', 'binding', { ...binding, target: { kind: 'Node', name: 'w1' } }]],
    bound: true,
  });
});

test('the error of the API server is passed on', async () => {
  const { bound } = await sent(() => Promise.reject(new Error('pods "p" not found')));
  expect(bound).toBe('pods "p" not found');
});
