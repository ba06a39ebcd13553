import { expect, test } from '@jest/globals';
import { healthResponse } from './health.js';

const reachable = async () => undefined;
const lost = async () => {
  throw new Error('the store is away');
};

test.each<[string, typeof reachable, { status: number; body: unknown } | undefined]>([
  ['/livez', reachable, { status: 200, body: 'ok' }],
  ['/readyz/etcd', reachable, { status: 200, body: 'ok' }],
  ['/readyz/etcd', lost, { status: 500, body: 'internal server error: store not reachable\n' }],
  ['/readyz/etcd?exclude=etcd', lost, { status: 500, body: 'internal server error: store not reachable\n' }],
  ['/readyz?exclude=etcd&exclude=etcd-readiness', lost, { status: 200, body: 'ok' }],
  ['/readyz', lost, { status: 500, body: expect.stringMatching(/\[-\]etcd failed: reason withheld\n[\s\S]*\nreadyz check failed\n$/) }],
  [
    '/livez?verbose&exclude=z&exclude=a',
    reachable,
    {
      status: 200,
      body: expect.stringMatching(/\nwarn: some health checks cannot be excluded: no matches for "a","z"\nlivez check passed\n$/),
    },
  ],
  ['/livez/nothing', reachable, undefined],
  ['/hasOwnProperty/x', reachable, undefined],
  ['/__proto__', reachable, undefined],
])('%s', async (target, probe, expected) => {
  const [path = '', query = ''] = target.split('?');
  const response = await healthResponse(path, new URLSearchParams(query), { probe, checked: () => undefined });
  expect(response && { status: response.status, body: String(response.body) }).toEqual(expected);
});
