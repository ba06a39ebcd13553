import { testCluster } from '#apiserver/test-cluster';
import { conversions, providers, strategies } from '../../index.js';

const PODS = '/api/v1/namespaces/default/pods';
const many = <T>(count: number, one: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => one(index));

const podOf = (container: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'nginx', ...container }] },
});

describe('a pod with many repetitions is answered, with no more warnings than upstream sends', () => {
  it.each<[string, object, string]>([
    [
      '60,000 environment variables of one name',
      { env: many(60_000, () => ({ name: 'A', value: 'b' })) },
      'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    ],
    [
      '2,000 equal ports',
      { ports: many(2_000, () => ({ containerPort: 80 })) },
      'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
    ],
  ])('%s', async (_, container, first) => {
    const { call } = await testCluster({ strategies, providers, conversions });
    const { status, headers } = await call('POST', PODS, { body: podOf(container) });
    expect(status).toBe(201);
    const texts = [headers.warning ?? []].flat().map((warning) => JSON.parse(warning.replace(/^299 - /, '')) as string);
    expect(texts[0]).toBe(first);
    // No text is added after the one that reaches 4096 characters in all (apiserver/pkg/endpoints/filters/warning.go).
    expect(texts.slice(0, -1).join('').length).toBeLessThan(4_096);
    expect(texts.join('').length).toBeGreaterThanOrEqual(4_096);
  });
});
