import { imagePolicyWebhook } from './image-policy-webhook.js';
import { cluster, pod, postPod } from './test-cluster.js';

describe('ImagePolicyWebhook', () => {
  it('needs a configuration', () => {
    expect(() => imagePolicyWebhook.configured?.(undefined)).toThrow('no config specified');
  });

  it.each([
    [false, 403, 'pods "a" is forbidden: image policy backend cannot be reached: this installation makes no connection to it'],
    [true, 201, undefined],
  ])('never asks its backend: defaultAllow %s', async (defaultAllow, status, message) => {
    const configuration = { imagePolicy: { kubeConfigFile: '/etc/x', defaultAllow } };
    const made = await cluster([], { enable: ['ImagePolicyWebhook'], configuration });
    const answered = await postPod(made, pod('a'));
    expect(answered).toMatchObject({ status, ...(message && { message }) });
    const annotations = { 'alpha.image-policy.k8s.io/failed-open': 'true' };
    if (defaultAllow) expect(answered.body).toMatchObject({ metadata: { annotations } });
  });
});
