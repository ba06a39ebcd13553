import type { corev1 } from '#api';
import { badRequest, failureStatus, forbidden, type KubeObject, notFound, StatusError } from '#apimachinery';
import { getObject, keepDirectory, keepState, pastObject, type RestScope } from '#apiserver';
import type { ComponentAccess, MachineWorld, VolumeFiles } from '#node';
import { keptFilesOf } from './kept-files.js';

/** Which pod and container a request is for (pkg/registry/core/pod/strategy.go). */

/** The pod of the request. Throws 404. */
export async function podOf(scope: RestScope): Promise<corev1.Pod> {
  return (await getObject(scope)).object as corev1.Pod;
}

/** Every container of a pod, init containers first (podutil.VisitContainers). */
function containersOf({ spec }: corev1.Pod): string[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])].map(({ name }) => name);
}

/** The container that is asked for, or the only one. Throws 400. */
export function containerNameOf(pod: corev1.Pod, asked: string): string {
  const { name } = pod.metadata;
  if (asked !== '') {
    if (!containersOf(pod).includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const { containers = [] } = pod.spec ?? {};
  const [only] = containers;
  if (containers.length === 1 && only) return only.name;
  if (!only) throw badRequest(`a container name must be specified for pod ${name}`);
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containersOf(pod).join(' ')}]`);
}

/** What the API server's client says of a kubelet; of one that is paused after 10 s: its kernel accepts the connection. */
const KUBELET_TROUBLES = {
  refused: (address: string) => `dial tcp ${address}: connect: connection refused`,
  timeout: (address: string) => `dial tcp ${address}: i/o timeout`,
  paused: () => 'net/http: TLS handshake timeout',
};

/** Checks that the pod's node exists, and that its kubelet, through which the request goes, answers. `path`: what is read there. Throws 400, 404, 500. */
export async function checkNode({ cluster }: RestScope, pod: corev1.Pod, path?: string): Promise<void> {
  const { nodeName = '' } = pod.spec ?? {};
  if (nodeName === '') throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = await cluster.reader.get<corev1.Node & KubeObject>('', 'nodes', '', nodeName);
  if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, nodeName);
  const trouble = cluster.controlPlane.kubeletTrouble(nodeName);
  if (trouble === undefined) return;
  const address = `${node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? nodeName}:10250`;
  const asked = path === undefined ? 'error dialing backend' : `Get "https://${address}${path}"`;
  throw new StatusError(failureStatus({ code: 500, message: `${asked}: ${KUBELET_TROUBLES[trouble](address)}` }));
}

/** Whether the user may do something with the subresource of the request. */
export async function accessTo(scope: RestScope, verb: string): Promise<{ allowed: boolean; reason?: string }> {
  const { cluster, user, namespace, name, resource, subresource } = scope;
  const { group, version, resource: plural } = resource;
  return cluster.access.authorize({ user, verb, resource: { group, version, resource: plural, subresource, namespace, name } });
}

/** Throws 403 unless the user may create the subresource: a WebSocket comes as GET (AuthorizePodWebsocketUpgradeCreatePermission). */
export async function ensureCreate(scope: RestScope): Promise<void> {
  if (scope.verb === 'create') return;
  const { allowed, reason = '' } = await accessTo(scope, 'create');
  if (!allowed) throw forbidden({ group: '', resource: scope.resource.resource }, scope.name, reason);
}

/** The keys of what the API server stores. */
const REGISTRY = '/registry/';

const ANONYMOUS = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Delegated authentication and authorization, as components have it (apiserver/pkg/server/options). */
async function reviewed(
  { access }: RestScope['cluster'],
  { token, verb, path }: Parameters<ComponentAccess['review']>[0],
): ReturnType<ComponentAccess['review']> {
  // Whatever is wrong with a token, nobody has it.
  const owner = token === undefined ? undefined : await access.authenticate?.(token, []).catch(() => undefined);
  if (token !== undefined && owner === undefined) return { code: 401 };
  const user = owner?.user ?? ANONYMOUS;
  const { allowed, reason = '' } = await access.authorize({ user, verb, path });
  return allowed ? undefined : { code: 403, user: user.name, reason };
}

/** What machines ask of the cluster. */
export function worldOf({ cluster, work }: RestScope): MachineWorld {
  const { clock, reader, tokens } = cluster;
  return {
    clock,
    objects: {
      get: (group, resource, namespace, name) => reader.get(group, resource, namespace, name),
      list: (group, resource, namespace) => reader.list(group, resource, namespace),
      past: (group, resource, namespace, name, revision) => pastObject(cluster.store, { group, resource, namespace, name }, revision),
    },
    faults: cluster.controlPlane,
    kubeletConfiguration: (node) => cluster.controlPlane.kubeletConfiguration(node),
    components: {
      review: (request) => reviewed(cluster, request),
      metrics: (component) => cluster.controlPlane.metrics(component),
      leads: (component, node) => cluster.controlPlane.leads(component, node),
      configured: (component, node) => cluster.controlPlane.configured(component, node),
    },
    etcd: {
      members: () => cluster.controlPlane.etcd().members,
      clusterId: () => cluster.controlPlane.etcd().id,
      change: (change) => cluster.controlPlane.changeEtcd(change),
      isFull: () => cluster.controlPlane.etcd().isFull,
      figures() {
        const { members, leaderChanges } = cluster.controlPlane.etcd();
        const { objects = 0, bytes = 0 } = cluster.store.size() ?? {};
        return { members, leaderChanges, revision: cluster.store.known, objects, bytes };
      },
      keep: (directory) => keepDirectory(cluster, directory),
      revision: () => cluster.store.revision(),
      snapshot: () => keepState(cluster),
      // What is stored beside /registry is not in the etcd of a cluster.
      keys: async (prefix) => {
        const root = prefix.startsWith(REGISTRY) ? prefix.slice(0, prefix.lastIndexOf('/') + 1) : REGISTRY;
        if (!root.startsWith(prefix) && !prefix.startsWith(REGISTRY)) return [];
        const { items } = await cluster.store.list({ prefix: root });
        const found = items.filter(({ key }) => key.startsWith(prefix));
        return found.map(({ key, value, createRevision, revision }) => ({ key, value, createRevision, modRevision: revision }));
      },
    },
    pace: work,
    keptFiles: async (uid) => (await keptFilesOf(cluster.store, uid))?.files,
    volumeFiles: async (key) => (await cluster.store.get(`/machine/${key}`))?.object as VolumeFiles | undefined,
    async issueToken({ namespace, account, pod, podUid, audience, expirationSeconds }) {
      const found = await reader.get('', 'serviceaccounts', namespace, account);
      const { token } = await tokens.issue({
        account: { namespace, name: account, uid: found?.metadata.uid ?? '' },
        bound: { pod: { name: pod, uid: podUid } },
        audiences: audience === undefined ? [...cluster.settings.tokens.audiences] : [audience],
        expiresIn: expirationSeconds,
      });
      return token;
    },
  };
}

/** A boolean of a query: anything but `false` and `0` (runtime.Convert_Slice_string_To_bool). */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}
