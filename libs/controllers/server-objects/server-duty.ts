import type { Resource } from '#api';
import {
  type ClusterContext,
  type Controller,
  FILES_GROUP,
  type ReconcileContext,
  type Reconciled,
  type ServerRanges,
} from '#controller-runtime';

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const KEY = 'duty';

/** What an API server sees to by itself: when it starts, when its flags change, and when the object changes that it keeps. */
interface ServerDuty {
  name: string;
  eventSource?: string;
  eventStyle?: 'series';
  /** The objects that it keeps. */
  keeps?: ReadonlyArray<{ resource: Resource; name: string; namespace?: string }>;
  /** What it reads. */
  reads?: readonly Resource[];
  run(ctx: ReconcileContext, flags: ServerRanges, memory: DutyMemory): Promise<Reconciled | undefined>;
}

/** What the server's process remembers of what it has reported. */
type DutyMemory = Set<string>;

/**
 * One of upstream's loops within kube-apiserver that look at the same thing every few seconds or minutes: here it is looked at when something
 * has changed.
 */
export function serverDuty(duty: ServerDuty): Controller {
  const { name, eventSource, eventStyle, keeps = [], reads = [], run } = duty;
  const isKept = (change: { name: string; namespace?: string }) =>
    keeps.some((kept) => change.name === kept.name && (change.namespace ?? '') === (kept.namespace ?? ''));
  return {
    name,
    ...(eventSource === undefined ? {} : { eventSource }),
    ...(eventStyle === undefined ? {} : { eventStyle }),
    interests: (change) => (change.group === FILES_GROUP ? change.name.endsWith(MANIFEST) : isKept(change)),
    concerns: ({ group, resource }) =>
      group === FILES_GROUP || keeps.some((kept) => resource === kept.resource.resource && group === kept.resource.group),
    open(context: ClusterContext, queue) {
      const { informers, faults, manifests, server } = context;
      const memory: DutyMemory = new Set();
      const look = () => queue.add(KEY);
      for (const resource of reads) informers.of(resource);
      for (const { resource } of keeps)
        informers.of(resource).on(({ object, revision }) => {
          if (isKept(object.metadata)) queue.add(KEY, revision || undefined);
        });
      faults.onChange(look);
      manifests.onChange(look);
      look();
      return {
        concurrency: 1,
        async reconcile(_key, ctx) {
          await server?.ready();
          const flags = server === undefined ? { serviceRanges: [] } : server.current();
          return flags && run(ctx, flags, memory);
        },
      };
    },
  };
}
