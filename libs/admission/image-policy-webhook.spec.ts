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
    expect(await postPod(made, pod('a'))).toMatchObject({ status, ...(message && { message }) });
  });
});
