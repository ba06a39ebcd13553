import { getOwn, type KubeObject } from '#apimachinery';
import type { PatchType } from '#client';

/** A patch that makes an edit of an object. */
export interface Edit {
  readonly type: PatchType;
  readonly patch: unknown;
}

/** An edit that the object does not allow; the text is the client's. */
export class EditRefused extends Error {}

type Texts = Readonly<Record<string, string>>;

/**
 * Sets and removes (null) labels or annotations (kubectl label, annotate). Refused if one has another value, unless `overwrite`. `of`: the
 * map in the metadata.
 */
export function editTexts(
  { metadata }: KubeObject,
  of: 'labels' | 'annotations',
  { set, overwrite }: { set: Readonly<Record<string, string | null>>; overwrite: boolean },
): Edit {
  const current: Texts = metadata[of] ?? {};
  for (const [key, value] of Object.entries(set)) {
    const has = getOwn(current, key);
    if (!overwrite && value !== null && has !== undefined && has !== value)
      throw new EditRefused(`'${key}' already has a value (${has}), and overwrite is false`);
  }
  return { type: 'merge', patch: { metadata: { resourceVersion: metadata.resourceVersion, [of]: set } } };
}

interface Container {
  name: string;
}

interface PodSpec {
  containers?: readonly Container[];
  initContainers?: readonly Container[];
}

interface Template {
  spec?: PodSpec;
}

/** The kinds with pods, and where the spec of their pods is. */
const podSpecPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

const at = (object: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object);

const under = (path: readonly string[], value: unknown): unknown => path.reduceRight((below, name) => ({ [name]: below }), value);

/** The image of a container by its name: of several, the last one that is for it. */
function wantedImages(images: ReadonlyArray<{ container: string; image: string }>): (name: string) => string | undefined {
  const byName = new Map<string, string>();
  let all: string | undefined;
  for (const { container, image } of images) {
    if (container !== '*') byName.set(container, image);
    else {
      all = image;
      byName.clear();
    }
  }
  return (name) => byName.get(name) ?? all;
}

/** Sets images of containers by their names; `*`: of all (kubectl set image). */
export function editImages(object: KubeObject, images: ReadonlyArray<{ container: string; image: string }>): Edit {
  const path = getOwn(podSpecPaths, object.kind);
  if (!path) throw new EditRefused(`${object.kind} has no containers`);
  const spec = (at(object, path) ?? {}) as PodSpec;
  const wanted = wantedImages(images);
  const changed = (list: readonly Container[] = []) =>
    list.flatMap(({ name }) => {
      const image = wanted(name);
      return image === undefined ? [] : [{ name, image }];
    });
  const names = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const unknown = images.find(({ container }) => container !== '*' && !names.has(container));
  if (unknown) throw new EditRefused(`unable to find container named ${JSON.stringify(unknown.container)}`);
  const [containers, initContainers] = [changed(spec.containers), changed(spec.initContainers)];
  return {
    type: 'strategic',
    patch: under(path, { ...(containers.length > 0 && { containers }), ...(initContainers.length > 0 && { initContainers }) }),
  };
}

const ROLLS: readonly string[] = ['Deployment', 'DaemonSet', 'StatefulSet'];

interface Rollable {
  spec?: { paused?: boolean; template?: Template };
}

/** Rolls all pods of a workload (kubectl rollout restart). `now`: RFC 3339. */
export function editRestart(object: KubeObject & Rollable, now: string): Edit {
  if (!ROLLS.includes(object.kind)) throw new EditRefused('restarting is not supported');
  if (object.spec?.paused) throw new EditRefused("can't restart paused deployment (run rollout resume first)");
  const annotations = { 'kubectl.kubernetes.io/restartedAt': now };
  return { type: 'strategic', patch: { spec: { template: { metadata: { annotations } } } } };
}

/** Pauses and resumes a Deployment (kubectl rollout pause, resume). */
export function editPaused(object: KubeObject & Rollable, paused: boolean): Edit {
  if (object.kind !== 'Deployment') throw new EditRefused(paused ? 'pausing is not supported' : 'resuming is not supported');
  if ((object.spec?.paused ?? false) === paused) throw new EditRefused(paused ? 'is already paused' : 'is not paused');
  return { type: 'strategic', patch: { spec: { paused: paused || null } } };
}

/** Lets no new pods on a node, or lets them again (kubectl cordon, uncordon). */
export const editSchedulable = (schedulable: boolean): Edit => ({
  type: 'strategic',
  patch: { spec: { unschedulable: schedulable ? null : true } },
});

/** A taint as a client names it. */
export interface WantedTaint {
  key: string;
  value?: string | null;
  effect: string;
}

interface Tainted {
  spec?: { taints?: readonly WantedTaint[] };
}

/** Taints by their key, and by their effect if one is given. */
export interface NamedTaint {
  key: string;
  effect?: string | null;
}

/** Whether a taint is one of those that are named. */
function among(named: readonly NamedTaint[]): (taint: NamedTaint) => boolean {
  const effects = new Map<string, Set<string | undefined>>();
  for (const { key, effect } of named) {
    const known = effects.get(key) ?? new Set();
    effects.set(key, known.add(effect || undefined));
  }
  return ({ key, effect }) => {
    const found = effects.get(key);
    return found !== undefined && (!effect || found.has(undefined) || found.has(effect));
  };
}

/** Adds and removes taints of a node (kubectl taint). A removal without an effect removes those of all effects. */
export function editTaints(
  { metadata, spec }: KubeObject & Tainted,
  { add, remove, overwrite }: { add: readonly WantedTaint[]; remove: readonly NamedTaint[]; overwrite: boolean },
): Edit {
  const current = spec?.taints ?? [];
  const [isThere, isRemoved] = [among(current), among(remove)];
  const gone = remove.find((wanted) => !isThere(wanted));
  if (gone) throw new EditRefused(`taint ${JSON.stringify(gone.effect ? `${gone.key}:${gone.effect}` : gone.key)} not found`);
  const there = add.find(among(current.filter((taint) => !isRemoved(taint))));
  if (there && !overwrite)
    throw new EditRefused(`node ${metadata.name} already has ${there.key} taint(s) with same effect(s) and overwrite is false`);
  const isReplaced = among([...add, ...remove]);
  const kept = current.filter((taint) => !isReplaced(taint));
  const taints = [...add.map(({ key, value, effect }) => ({ key, ...(value && { value }), effect })), ...kept];
  return {
    type: 'merge',
    patch: { metadata: { resourceVersion: metadata.resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } },
  };
}
