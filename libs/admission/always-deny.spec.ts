import { cluster, pod, post, postPod } from './test-cluster.js';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } };

describe('AlwaysDeny', () => {
  it('refuses every change, and reads nothing', async () => {
    const made = await cluster([], { enable: ['AlwaysDeny'] });
    expect(await post(made, '/api/v1/namespaces', namespace)).toMatchObject({
      status: 403,
      message: 'namespaces "x" is forbidden: admission control is denying all modifications',
    });
    const deleted = await made.call('DELETE', '/api/v1/namespaces/x');
    expect(deleted.status).toBe(404);
    expect((await made.call('GET', '/api/v1/pods')).status).toBe(200);
  });

  it('is off by default', async () => {
    const made = await cluster();
    expect((await postPod(made, pod('a'))).status).toBe(201);
  });
});
