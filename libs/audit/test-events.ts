import { AuditEvent, type UserInfo } from '#apiserver';

interface Given {
  at: number;
  id?: string;
  user?: UserInfo;
  verb?: string;
  resource?: string;
  namespace?: string;
  name?: string;
  code?: number;
  userAgent?: string;
}

const ALICE: UserInfo = { name: 'alice', groups: ['learners', 'system:authenticated'] };

/** An event for specs: a request of alice for a ConfigMap, unless something else is given. */
export function testEvent(given: Given): { event: AuditEvent; at: number } {
  const { at, id = `id-${at}`, user = ALICE, verb = 'get', resource = 'configmaps', namespace = 'default', name = 'c', code = 200 } = given;
  const { userAgent = 'kubectl/v1.33' } = given;
  const uri = `/api/v1/namespaces/${namespace}/${resource}/${name}`;
  const origin = { id, method: 'GET', uri, userAgent, address: '127.0.0.1' };
  let now = 0;
  const event = new AuditEvent(origin, { now: () => now++ / 4, clusterTime: at + 5, observer: undefined });
  const of = { group: '', version: 'v1', subresource: '' };
  event.attributes = { user, verb, isResource: true, path: uri, resource, namespace, name, ...of };
  event.level = 'Request';
  event.authorized(code !== 403, 'RBAC: allowed by ClusterRoleBinding "learners"');
  event.end(code, undefined, []);
  return { event, at };
}
