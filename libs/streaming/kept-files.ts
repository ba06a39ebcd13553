import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { RestScope } from '#apiserver';
import { type Container, KEPT_BYTES, KEPT_PODS, type KeptFiles, keptChanges, POD_FILES, type PodMachine } from '#node';

/**
 * Files that clients have changed in containers (by exec, cp and attach) are kept as one row a pod beside /registry, with what was changed
 * only, so that every process sees them. The rows of pods that are gone are removed by the next write of a row.
 */
type Store = RestScope['cluster']['store'];

interface Row extends KubeObject {
  files: KeptFiles;
}

/** What is kept of a pod; undefined if nothing is. */
export async function keptFilesOf(store: Store, uid: string): Promise<{ files: KeptFiles; revision: number; bytes: number } | undefined> {
  const stored = await store.get(`${POD_FILES}${uid}`);
  return stored && { files: (stored.object as Row).files, revision: stored.revision, bytes: stored.value.length };
}

/** Notes what is written to a container's files from now on; more than is kept does not fit on its disk. */
export async function trackFiles({ cluster }: RestScope, pod: corev1.Pod, container: Container): Promise<void> {
  const kept = await keptFilesOf(cluster.store, pod.metadata.uid ?? '');
  container.files.track(Math.max(0, KEPT_BYTES - (kept?.bytes ?? 0)));
}

/** How often a conflicting write is tried again. */
const ATTEMPTS = 5;

/** Keeps what was changed in a container since `trackFiles`. */
export async function keepFiles(scope: RestScope, machine: PodMachine, container: Container): Promise<void> {
  if (container.files.changes().length === 0) return;
  const { store, clock } = scope.cluster;
  const { uid = '', namespace = '', name } = machine.pod.metadata;
  const base = {
    key: `${POD_FILES}${uid}`,
    cause: { requestId: scope.requestId, user: scope.user.name, verb: scope.verb },
    at: clock.now(),
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const kept = await keptFilesOf(store, uid);
    const own = kept && Object.hasOwn(kept.files, container.spec.name) ? kept.files[container.spec.name] : undefined;
    const containerID = container.status?.containerID ?? '';
    const before = own?.containerID === containerID ? own.changes : machine.keptFor(container);
    const changes = keptChanges(before, container.files, clock.now());
    const row: Row = {
      kind: 'PodFiles',
      apiVersion: 'machine/v1',
      metadata: { name, namespace, uid },
      files: { ...kept?.files, [container.spec.name]: { containerID, changes } },
    };
    const value = JSON.stringify(row);
    const write = kept ? { ...base, type: 'update' as const, value, expected: kept.revision } : { ...base, type: 'create' as const, value };
    const gone = kept ? [] : await rowsOfGonePods(scope);
    const [result] = await store.write([write, ...gone.map((key) => ({ ...base, key, type: 'delete' as const }))]);
    if (result?.ok) return;
  }
}

/** The rows of pods that do not exist any more, and the oldest ones if there are too many. */
async function rowsOfGonePods({ cluster }: RestScope): Promise<string[]> {
  const { items } = await cluster.store.list({ prefix: POD_FILES });
  const gone: string[] = [];
  const left: Array<{ key: string; revision: number }> = [];
  for (const { key, object, revision } of items) {
    const { name, namespace = '', uid } = object.metadata;
    const pod = await cluster.reader.get('', 'pods', namespace, name);
    if (pod?.metadata.uid === uid) left.push({ key, revision });
    else gone.push(key);
  }
  const surplus = left.sort((a, b) => a.revision - b.revision).slice(0, Math.max(0, left.length + 1 - KEPT_PODS));
  return [...gone, ...surplus.map(({ key }) => key)];
}
