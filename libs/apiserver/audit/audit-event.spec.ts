import { AuditEvent } from './audit-event.js';
import { levelFor } from './audit-level.js';
import type { AuditSink } from './auditor.js';
import { Auditor } from './auditor.js';

const USER = { name: 'u', groups: [] };
const NOWHERE = { user: USER, verb: 'get', isResource: true, path: '', group: '', version: 'v1', subresource: '', namespace: '', name: '' };

test.each([
  [{ resource: 'pods' }, 'Request'],
  [{ resource: 'secrets' }, 'Metadata'],
  [{ resource: 'configmaps' }, 'Metadata'],
  [{ resource: 'serviceaccounts', subresource: 'token' }, 'Metadata'],
  [{ group: 'authentication.k8s.io', resource: 'tokenreviews' }, 'Metadata'],
  [{ group: 'example.com', resource: 'secrets' }, 'Request'],
  [{ isResource: false, resource: '', path: '/readyz/etcd' }, 'None'],
  [{ isResource: false, resource: '', path: '/version' }, 'Metadata'],
] as const)('the default policy: %j is %s', (asked, level) => {
  expect(levelFor({ ...NOWHERE, ...asked })).toBe(level);
});

function event(): AuditEvent {
  const origin = { id: 'i', method: 'GET', uri: `/${'u'.repeat(100_000)}`, userAgent: 'a'.repeat(3_000_000), address: '' };
  return new AuditEvent(origin, { now: () => 0, clusterTime: 0, observer: undefined });
}

test('texts of clients are bounded, and so is what plugins say', () => {
  const made = event();
  made.level = 'Request';
  made.attributes = { ...NOWHERE, resource: 'pods', path: 'p'.repeat(100_000), name: 'n'.repeat(100_000) };
  for (let i = 0; i < 1000; i++) {
    made.annotate(`example.com/${i}`, 'v'.repeat(100_000));
    made.plugin({ plugin: 'P', phase: 'validating', refused: 'r'.repeat(100_000), took: 0 });
  }
  const causes = Array.from({ length: 1000 }, () => ({ field: 'f', message: 'm'.repeat(100_000) }));
  const failure = { code: 422, kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'x'.repeat(100_000) } as const;
  made.end(422, { ...failure, details: { causes } }, []);
  expect([made.uri.length, made.userAgent.length, made.attributes.name.length, made.annotations?.size]).toEqual([1024, 1036, 253, 32]);
  expect(JSON.stringify([made.outcomes, made.failure, [...(made.annotations ?? [])]]).length).toBeLessThan(80_000);
});

test('what is impersonated is bounded too', () => {
  const made = event();
  const long = 'x'.repeat(10_000);
  const extra = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`k${i}`, [long, long, long, long, long, long, long, long, long]]),
  );
  const user = { name: long, uid: long, groups: Array.from({ length: 1000 }, () => long), extra };
  made.attributes = { ...NOWHERE, resource: 'pods', user };
  made.impersonator = USER;
  made.end(200, undefined, []);
  const { name, groups, extra: kept = {} } = made.attributes.user;
  expect([name.length, groups.length, groups[0]?.length, Object.keys(kept).length, kept.k0?.length]).toEqual([253, 32, 253, 8, 8]);
});

test('the first value of an annotation stays, and those of a higher level are not kept below it', () => {
  const made = event();
  made.annotate('a/b', '1');
  made.annotate('a/b', '2');
  made.annotate('a/patch', 'x', 'Request');
  made.level = 'Request';
  made.annotate('a/patch', 'y', 'Request');
  expect([...(made.annotations ?? [])]).toEqual([
    ['a/b', '1'],
    ['a/patch', 'y'],
  ]);
});

test('what is not audited goes to no sink', () => {
  const recorded: string[] = [];
  const sink: AuditSink = { record: ({ level }) => void recorded.push(level) };
  const auditor = new Auditor(() => 0, { now: () => 0 }, sink);
  for (const level of ['None', 'Metadata', 'Request'] as const) {
    const begun = auditor.begin({ id: 'i', method: 'GET', uri: '/', userAgent: '', address: '' });
    begun.level = level;
    auditor.end(begun, { code: 200 });
  }
  expect(recorded).toEqual(['Metadata', 'Request']);
});
