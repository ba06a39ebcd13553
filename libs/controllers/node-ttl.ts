import { Node } from '#api';
import { defineController, type Informers, type ReconcileContext } from '#controller-runtime';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** How long kubelets may cache objects, in seconds, for clusters of a size; a step is left again only well below it. */
const STEPS: ReadonlyArray<{ min: number; max: number; seconds: number }> = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Number.POSITIVE_INFINITY, seconds: 300 },
];

/** The step for a number of nodes, coming from another one. */
export function ttlStep(nodes: number, from: number): number {
  let step = from;
  while (nodes > (STEPS[step]?.max ?? Number.POSITIVE_INFINITY)) step += 1;
  while (nodes < (STEPS[step]?.min ?? 0)) step -= 1;
  return step;
}

const steps = new WeakMap<Informers, number>();

/** Tells kubelets by an annotation of their node how long they may cache objects (pkg/controller/ttl). */
export const nodeTTL = defineController({
  name: 'ttl-controller',
  queue: 'ttlcontroller',
  for: Node,
  filter: ({ deleted }) => !deleted,
  async reconcile({ metadata }, { client, informers }: ReconcileContext) {
    const step = ttlStep(informers.of(Node).list().length, steps.get(informers) ?? 0);
    steps.set(informers, step);
    const wanted = String(STEPS[step]?.seconds ?? 0);
    if (metadata.annotations?.[ANNOTATION] === wanted) return undefined;
    await client.patch(Node, metadata.name, undefined, 'strategic', { metadata: { annotations: { [ANNOTATION]: wanted } } });
    return undefined;
  },
});
