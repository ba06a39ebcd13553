import type { corev1 } from '#api';

/** A pod or a template of pods, as the checks see it. */
export interface PodView {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: corev1.PodSpec;
  /** Init containers, containers and ephemeral containers, in this order. */
  readonly containers: ReadonlyArray<corev1.Container | corev1.EphemeralContainer>;
}

/** Why a pod violates a policy: `reason (detail)`. */
export interface Violation {
  reason: string;
  detail: string;
}

/** One check of a policy; undefined if the pod passes. */
export type Check = (pod: PodView) => Violation | undefined;

/** Distinct values that a message names at most. */
const MAX_VALUES = 10_000;

type Security = corev1.SecurityContext & corev1.PodSecurityContext;

/** The view of a pod or of a template. */
export function podView({ metadata, spec = { containers: [] } }: corev1.PodTemplateSpec): PodView {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec;
  return { annotations: metadata?.annotations ?? {}, spec, containers: [...initContainers, ...containers, ...ephemeralContainers] };
}

export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

/** `"a", "b"`, as upstream joins names: nothing in them is escaped. */
export const quoted = (texts: readonly string[]): string => (texts.length === 0 ? '' : `"${texts.join('", "')}"`);

/** `container "a"`, `containers "a", "b"`. */
export const named = (names: readonly string[], word = 'container'): string => `${plural(word, names.length)} ${quoted(names)}`;

/** The distinct values that a message names. Unlike upstream's they are bounded: sorting all that a body can hold would take long. */
export class Values {
  private readonly values = new Set<string>();

  get size(): number {
    return this.values.size;
  }

  add(value: string): void {
    if (this.values.size < MAX_VALUES) this.values.add(value);
  }

  sorted(): string[] {
    return [...this.values].sort();
  }
}

/** Names of the containers that fulfil a condition. */
export function namesOf({ containers }: PodView, bad: (container: PodView['containers'][number]) => boolean): string[] {
  const names: string[] = [];
  for (const container of containers) if (bad(container)) names.push(container.name);
  return names;
}

/** Who sets a forbidden field in a securityContext, the pod or its containers: `pod and containers "a", "b"`; '' if nobody does. */
export function settersOf(pod: PodView, bad: (context: Partial<Security>) => boolean): string {
  const setters: string[] = [];
  if (pod.spec.securityContext && bad(pod.spec.securityContext as Partial<Security>)) setters.push('pod');
  const names = namesOf(pod, ({ securityContext }) => securityContext !== undefined && bad(securityContext as Partial<Security>));
  if (names.length > 0) setters.push(named(names));
  return setters.join(' and ');
}

/** Passes pods of Windows, where validation has refused the fields that a check asks for. */
export const unlessWindows =
  (check: Check): Check =>
  (pod) =>
    pod.spec.os?.name === 'windows' ? undefined : check(pod);

/** Passes pods in a user namespace of their own. */
export const unlessUserNamespace =
  (check: Check): Check =>
  (pod) =>
    pod.spec.hostUsers === false ? undefined : check(pod);
