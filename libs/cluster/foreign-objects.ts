import type { corev1, ResourceInfo } from '#api';
import { type KubeObject, seededRandom } from '#apimachinery';
import {
  type ApiServer,
  CLOUD_CONTROLLER_MANAGER_MANIFEST,
  CONTROL_PLANE_KEY,
  controlPlaneText,
  createApiServer,
  fileKey,
  fileText,
  inProcessClient,
  type NodeFile,
  storageKey,
} from '#apiserver';
import { clusterStore } from '#cacher';
import type { Machine } from '#controller-runtime';
import { conversions, customKindOf, providers, strategies } from '#registry';
import { memoryStorage } from '#storage';
import { fileTrouble } from './file-trouble.js';
import { machineTimers } from './machine-timers.js';
import { MACHINES_KEY, machineOfNode, machinesText } from './machines.js';

/** A row of a store. */
export interface ForeignRow {
  key: string;
  value: string;
}

/** A row that no cluster may have, and why. */
export class ForeignRefused extends Error {}

const REGISTRY = '/registry/';
const PORTS = '/registry/ranges/servicenodeports/';
const FILE = /^\/machine\/files\/([a-z0-9][-a-z0-9.]{0,252})(\/.*)$/;
const DEFINITION = 'CustomResourceDefinition';
const ROLE = 'node-role.kubernetes.io/control-plane';
const ADMIN = { name: 'system:admin', groups: ['system:masters'] };
/** An instant for times that are checked against now. */
const NOW = Date.UTC(2026, 0, 1);

function refuse({ key }: ForeignRow, why: string): never {
  throw new ForeignRefused(`${key}: ${why}`);
}

function objectOf(row: ForeignRow): KubeObject {
  let object: Partial<KubeObject> | null;
  try {
    object = JSON.parse(row.value) as Partial<KubeObject> | null;
  } catch {
    return refuse(row, 'it is not JSON');
  }
  const { apiVersion, kind, metadata } = object ?? {};
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof metadata?.name !== 'string')
    return refuse(row, 'it has no apiVersion, kind and metadata.name');
  return object as KubeObject;
}

/** Whether it is the reservation of a node port, which the API writes with a Service and does not serve. */
function isPortClaim(row: ForeignRow): boolean {
  if (!row.key.startsWith(PORTS)) return false;
  const { metadata, serviceRef } = objectOf(row) as KubeObject & { serviceRef?: Record<string, unknown> };
  const { namespace, name, uid } = serviceRef ?? {};
  const sound = [namespace, name, uid].every((part) => typeof part === 'string') && row.key === `${PORTS}${metadata.name}`;
  return (sound && /^[0-9]{1,5}$/.test(metadata.name)) || refuse(row, 'it is not the reservation of a node port');
}

/** Sends an object to the API as it would be created, without creating it: it must be one that the API can have stored under the key. */
async function check(api: ApiServer, served: readonly ResourceInfo[], row: ForeignRow): Promise<KubeObject> {
  const object = objectOf(row);
  const { apiVersion, kind, metadata } = object;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const info = served.find((one) => one.kind === kind && one.group === group);
  if (info === undefined) return refuse(row, `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  const namespace = info.namespaced ? (metadata.namespace ?? '') : '';
  const { resource } = info;
  if (row.key !== storageKey({ group, resource, namespace, name: metadata.name })) return refuse(row, 'it is not the key of the object');
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const answer = await api.handle({
    method: 'POST',
    path: `${root}${namespace === '' ? '' : `/namespaces/${namespace}`}/${resource}`,
    query: 'dryRun=All&fieldValidation=Strict',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(row.value),
    user: ADMIN,
    requestId: 'import',
  });
  if (answer.status === 201) return object;
  const { message } = JSON.parse(String(answer.body)) as { message?: string };
  return refuse(row, message ?? `refused with ${answer.status}`);
}

/**
 * The file of a node, if it is one that is kept. Other rows of machines are not taken: nothing can tell whether they are sound. Without the
 * machines of its cloud a cluster has no cloud-controller-manager.
 */
function fileRow(row: ForeignRow): ForeignRow[] {
  const [, node = '', path = ''] = FILE.exec(row.key) ?? [];
  if (node === '' || path === CLOUD_CONTROLLER_MANAGER_MANIFEST) return [];
  const { content } = objectOf(row) as NodeFile;
  if (typeof content !== 'string') return refuse(row, 'it has no content');
  const trouble = fileTrouble(path, content);
  return trouble === undefined ? [{ key: fileKey(node, path), value: fileText(path, content) }] : refuse(row, trouble);
}

/** An API that stores nothing of what it is asked about. Nothing else is loaded for it: the thread that checks rows should not take long to start. */
async function bareApi(): Promise<{ api: ApiServer; close(): void }> {
  const admin = memoryStorage();
  await admin.create('foreign');
  const store = clusterStore({ storage: admin.open('foreign') });
  const clock = { now: () => NOW };
  const random = seededRandom('foreign', () => `${store.known}`);
  const kinds = { strategies, conversions, providers, customKinds: customKindOf };
  return { api: createApiServer({ ...kinds, store, clock, random, timers: machineTimers, admission: [] }), close: () => store.close() };
}

/**
 * What is taken of the rows of a cluster that nobody vouches for: the objects that the API accepts, each on its own and without admission, and
 * the files of its nodes. Throws ForeignRefused, which names the row.
 */
export async function acceptedRows(rows: readonly ForeignRow[]): Promise<ForeignRow[]> {
  const { api, close } = await bareApi();
  const client = inProcessClient(api);
  const cause = { requestId: 'import', user: ADMIN.name };
  try {
    const objects = rows.filter(({ key }) => key.startsWith(REGISTRY));
    const definitions = new Set(objects.filter((row) => objectOf(row).kind === DEFINITION));
    for (const row of definitions) {
      await check(api, await client.resources(), row);
      // Its resources are served from now on.
      await api.cluster.store.write([{ type: 'create', ...row, cause, at: NOW }]);
    }
    await api.cluster.storages.refresh();
    const served = await client.resources();
    const members: string[] = [];
    const machines: Machine[] = [];
    for (const row of objects) {
      const object = definitions.has(row) || isPortClaim(row) ? undefined : await check(api, served, row);
      if (object?.kind === 'Node' && object.metadata.labels?.[ROLE] !== undefined) members.push(object.metadata.name);
      if (object?.kind === 'Node') machines.push(...machineOfNode(object as corev1.Node));
    }
    const files = rows.filter(({ key }) => !key.startsWith(REGISTRY)).flatMap(fileRow);
    return [
      { key: CONTROL_PLANE_KEY, value: controlPlaneText(members) },
      { key: MACHINES_KEY, value: machinesText(machines) },
      ...files,
      ...objects,
    ];
  } finally {
    close();
  }
}
