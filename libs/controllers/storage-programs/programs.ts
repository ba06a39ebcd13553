import { type corev1, Pod } from '#api';
import { uuidOf } from '#apimachinery';
import { isPodReady, type StorageProgram, type StorageTask, storageProgramsIn } from '#component-helpers';
import type { Change, ComponentChange, EventRecorder, Informers, ReconcileContext } from '#controller-runtime';

const BY_PROGRAM = 'pods-by-storage-program';

const NONE: readonly string[] = [];

const keyOf = (task: StorageTask, name: string): string => `${task}/${name}`;

/** A program that runs in a pod, and what it writes with. */
export interface RunningProgram extends StorageProgram {
  readonly pod: corev1.Pod;
  /** Its writes are those of its service account. */
  readonly client: ReconcileContext['client'];
  readonly recorder: EventRecorder;
  /** The name in the events of provisioners: another one each time that the program starts (sig-storage-lib-external-provisioner). */
  readonly identity: string;
}

/** Adds the index of the pods that are programs of storage. */
export function indexPrograms(informers: Informers): void {
  informers.of(Pod).addIndex(BY_PROGRAM, (pod) => {
    const programs = storageProgramsIn(pod);
    return programs.length === 0 ? NONE : programs.flatMap(({ name, tasks }) => [...tasks].map((task) => keyOf(task, name)));
  });
}

/** Whether a change of a pod may concern programs of storage. */
export const concernsPrograms = ({ object }: ComponentChange): boolean => storageProgramsIn(object() as corev1.Pod).length > 0;

/** The names under which programs with a task have come up: one of their pods has become ready. */
export function startedPrograms({ object: pod, old, deleted }: Change<corev1.Pod>, task: StorageTask): string[] {
  if (deleted || !isPodReady(pod) || (old && isPodReady(old))) return [];
  return storageProgramsIn(pod).flatMap(({ name, tasks }) => (tasks.has(task) ? [name] : []));
}

/** The ready pods of programs with a task and a name, by their names. */
function readyPods(informers: Informers, task: StorageTask, name: string): corev1.Pod[] {
  const pods = informers.of(Pod).byIndex(BY_PROGRAM, keyOf(task, name)).filter(isPodReady);
  return pods.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** A task of a program. */
interface Wanted {
  task: StorageTask;
  /** Of the driver or provisioner. */
  name: string;
  /** A program that works for its own node alone does so for what is on this one. */
  node?: string | undefined;
}

/** The programs that do a task for a driver or provisioner, by the names of their pods. */
export function runningPrograms({ task, name, node }: Wanted, ctx: ReconcileContext): RunningProgram[] {
  return readyPods(ctx.informers, task, name).flatMap((pod) => {
    const { nodeName = '', serviceAccountName = 'default' } = pod.spec;
    if (ctx.faults.node(nodeName) !== undefined) return [];
    const program = storageProgramsIn(pod).find((one) => one.name === name && one.tasks.has(task));
    if (program === undefined || (program.perNode && node !== undefined && node !== nodeName)) return [];
    const client = ctx.client.as({ component: name, account: `${pod.metadata.namespace}:${serviceAccountName}`, node: nodeName });
    const starts = pod.status?.containerStatuses?.map(({ restartCount }) => restartCount) ?? [];
    const identity = `${name}_${pod.metadata.name}_${uuidOf(`provisioner/${pod.metadata.uid}/${starts}`)}`;
    return [{ ...program, pod, client, recorder: ctx.recorder.through(client), identity }];
  });
}

/** The first of them, which leads; undefined if none runs. */
export const runningProgram = (wanted: Wanted, ctx: ReconcileContext): RunningProgram | undefined => runningPrograms(wanted, ctx)[0];
