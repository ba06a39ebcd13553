import { expect, test } from '@jest/globals';
import { missingRights } from './escalation.js';

const rule = (apiGroups: string[], resources: string[], verbs: string[], resourceNames?: string[]) => ({
  apiGroups,
  resources,
  verbs,
  ...(resourceNames ? { resourceNames } : {}),
});

test.each<[string, Parameters<typeof missingRights>[0], Parameters<typeof missingRights>[1], string[]]>([
  ['all is held', [rule([''], ['*'], ['*'])], [rule([''], ['pods', 'pods/log'], ['get'])], []],
  ['nothing is held', [], [rule(['a.b'], ['foos'], ['get', 'list'])], ['{APIGroups:["a.b"], Resources:["foos"], Verbs:["get" "list"]}']],
  [
    'some verbs are held',
    [rule([''], ['pods'], ['get'])],
    [rule([''], ['pods'], ['get', 'delete'])],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}'],
  ],
  [
    'one name is held',
    [rule([''], ['pods'], ['get'], ['a'])],
    [rule([''], ['pods'], ['get'], ['a', 'b'])],
    ['{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}'],
  ],
  [
    'names do not make up for all',
    [rule([''], ['pods'], ['get'], ['a'])],
    [rule([''], ['pods'], ['get'])],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    'paths',
    [{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }],
    [{ verbs: ['get'], nonResourceURLs: ['/healthz/etcd', '*'] }],
    ['{NonResourceURLs:["*"], Verbs:["get"]}'],
  ],
])('%s', (_what, owned, given, missing) => {
  expect(missingRights(owned, given)).toEqual(missing);
});
