import type { TestCluster } from '#apiserver/test-cluster';
import { cluster, post } from '../test-cluster.js';
import { limitsOf } from './configuration.js';
import { TokenBucket } from './token-bucket.js';

let made = 0;
const event = (kind = 'Pod', more: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: `e${++made}` }, source: { component: 'c' } },
  ...{ involvedObject: { kind, namespace: 'ns', name: 'p' }, ...more },
});
const limited = (...limits: object[]) => cluster([], { enable: ['EventRateLimit'], configuration: { limits } });
const send = async (to: TestCluster, body: unknown = event(), path = '/api/v1/namespaces/ns/events') => {
  const { status, message } = await post(to, path, body);
  return status === 201 ? 201 : [status, message];
};
const two = { qps: 1, burst: 2 };

describe('EventRateLimit', () => {
  it.each([
    ['Server', ''],
    ['Namespace', 'ns'],
    ['User', 'admin'],
    ['SourceAndObject', 'cPodnsp'],
  ])('%s: a burst, then as many as the rate allows', async (type, key) => {
    const to = await limited({ type, ...two });
    const refused = [429, `Too many requests: limit reached on type ${type} for key ${key}`];
    expect([await send(to), await send(to), await send(to)]).toEqual([201, 201, refused]);
    to.clock.set(to.clock.now() + 1000);
    expect([await send(to), await send(to)]).toEqual([201, refused]);
  });

  it('each key has a bucket of its own; all limits have to admit', async () => {
    const to = await limited({ type: 'SourceAndObject', qps: 1, burst: 1 }, { type: 'Namespace', qps: 1, burst: 1 });
    expect([await send(to), await send(to, event('Node'))]).toEqual([
      201,
      [429, 'Too many requests: limit reached on type Namespace for key ns'],
    ]);
    expect(await send(to)).toEqual([
      429,
      'Too many requests: [limit reached on type SourceAndObject for key cPodnsp, limit reached on type Namespace for key ns]',
    ]);
  });

  it('dry runs and other kinds are not counted', async () => {
    const to = await limited({ type: 'Server', qps: 1, burst: 1 });
    const dry = () => send(to, event(), '/api/v1/namespaces/ns/events?dryRun=All');
    expect([await dry(), await dry(), await send(to)]).toEqual([201, 201, 201]);
    expect(
      (await post(to, '/api/v1/namespaces/ns/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } })).status,
    ).toBe(201);
  });

  it('keeps the buckets that were used last', async () => {
    const to = await limited({ type: 'SourceAndObject', qps: 1, burst: 1, cacheSize: 1 });
    expect([await send(to), await send(to, event('Node')), await send(to)]).toEqual([201, 201, 201]);
  });
});

describe('the configuration', () => {
  it.each([
    [undefined, 'limits: Invalid value: null: must not be empty'],
    [
      { limits: [{ type: 'X', qps: 1, burst: 1 }] },
      'limits[0].type: Unsupported value: "X": supported values: "Namespace", "Server", "SourceAndObject", "User"',
    ],
    [
      { limits: [{ type: 'User', qps: 0, burst: -1, cacheSize: -1 }] },
      '[limits[0].burst: Invalid value: -1: must be positive, limits[0].qps: Invalid value: 0: must be positive, limits[0].cacheSize: Invalid value: -1: must not be negative]',
    ],
  ])('%j is refused', (configuration, message) => {
    expect(() => limitsOf(configuration)).toThrow(message);
  });

  it('is read', () => {
    expect(limitsOf({ limits: [{ type: 'Server', qps: 1, burst: 2 }] })).toEqual([{ type: 'Server', qps: 1, burst: 2, cacheSize: 0 }]);
  });
});

test('a bucket holds no more than its burst', () => {
  const bucket = new TokenBucket({ qps: 2, burst: 3 }, 0);
  const accepted = (now: number) => Array.from({ length: 4 }, () => bucket.accept(now));
  expect(accepted(0)).toEqual([true, true, true, false]);
  expect(accepted(500)).toEqual([true, false, false, false]);
  expect(accepted(100_000)).toEqual([true, true, true, false]);
});
