import type { corev1 } from '#api';
import { Pod, type Resource } from '#api';
import { type KubeObject, type LabelSelectorSpec, memoized, selectorOfObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { ordered } from './references.js';
import { defineRelation, type Relation } from './relation.js';

/** The selector of an object; undefined: it selects nothing. */
type SelectorOf<T> = (object: T) => LabelSelectorSpec | undefined;

/** A label with its value, as a grouping key. */
const labelPair = ([key, value]: readonly [string, string]): string => `${key}=${value}`;

/** Every label of an object with its value. */
const labelPairs = ({ metadata }: KubeObject): string[] => Object.entries(metadata.labels ?? {}).map(labelPair);

/** The labels that a selector requires. */
const requiredPairs = (spec: LabelSelectorSpec | undefined): string[] => Object.entries(spec?.matchLabels ?? {}).map(labelPair);

/** The key of selectors that require no particular label. */
const ANY = '';

/** The field `pods` of a kind: the pods of its namespace that an object selects. */
export function selectsPods<T extends KubeObject>({
  selector,
  ...ends
}: {
  on: Resource<T>;
  description: string;
  selector: SelectorOf<T>;
}): Relation {
  return defineRelation<T>({
    ...ends,
    field: 'pods',
    to: Pod,
    list: true,
    async resolve(object, context, selectors) {
      const spec = selector(object);
      if (!spec) return [];
      const reading = { namespace: object.metadata.namespace, ...selectors };
      const groups = await context.loaders.grouped(Pod, reading, { name: 'label', keys: (pod) => [ANY, ...labelPairs(pod)] });
      // Every matching pod has each of the labels, so only those with the rarest label have to be checked.
      const pairs = [ANY, ...requiredPairs(spec)];
      const fewest = pairs.map((pair) => groups.get(pair) ?? []).reduce((least, group) => (group.length < least.length ? group : least));
      return sift(fewest, ({ metadata }) => selectorOfObject(spec).matches(metadata.labels), context);
    },
  });
}

/** A field of pods: the objects of a kind, in the pod's namespace, that select the pod. */
export function podSelectedBy<T extends KubeObject>({
  selector,
  to,
  ...ends
}: {
  field: string;
  description: string;
  to: Resource<T>;
  selector: SelectorOf<T>;
}): Relation {
  return defineRelation<corev1.Pod>({
    ...ends,
    on: Pod,
    to,
    list: true,
    async resolve(pod, context, selectors) {
      const groups = await context.loaders.grouped(
        to,
        { namespace: pod.metadata.namespace, ...selectors },
        {
          name: 'selector',
          // Finding it by one label of its selector is sufficient: a pod that it matches has all of them.
          keys: (object) => [requiredPairs(selector(object))[0] ?? ANY],
        },
      );
      const candidates = [ANY, ...labelPairs(pod)].flatMap((pair) => groups.get(pair) ?? []);
      return ordered(await sift(candidates, (object) => selectorOfObject(selector(object)).matches(pod.metadata.labels), context));
    },
  });
}

/** The candidates that satisfy a condition. Each is counted, and the operation may have to wait in between. */
async function sift<T extends KubeObject>(candidates: Iterable<T>, holds: (object: T) => boolean, { meter }: GraphContext): Promise<T[]> {
  const found: T[] = [];
  for (const candidate of candidates) {
    meter.count('scanned', 1);
    const wait = meter.turn();
    if (wait) await wait;
    if (holds(candidate)) found.push(candidate);
  }
  return found;
}

const equality = memoized((labels: Readonly<Record<string, string>>): LabelSelectorSpec => ({ matchLabels: { ...labels } }));

/** A Service's selector, and others of labels alone; a missing or empty one selects nothing. The same result each time for the same object. */
export function labelsAsSelector(labels: Readonly<Record<string, string>> | undefined): LabelSelectorSpec | undefined {
  return labels && Object.keys(labels).length > 0 ? equality(labels) : undefined;
}
