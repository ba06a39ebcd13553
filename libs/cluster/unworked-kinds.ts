import { controllers } from '#controllers';

/**
 * The kinds whose objects a real cluster's controllers act on, `resource.group`, each with the names of the controller that does: of its
 * ServiceAccount in kube-system, and of the source of its events. Those whose controller is not on the list of libs/controllers are only
 * stored.
 */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  'statefulsets.apps': ['statefulset-controller'],
  'daemonsets.apps': ['daemon-set-controller', 'daemonset-controller'],
  'jobs.batch': ['job-controller'],
  'cronjobs.batch': ['cronjob-controller'],
  'horizontalpodautoscalers.autoscaling': ['horizontal-pod-autoscaler'],
  persistentvolumeclaims: ['persistent-volume-binder', 'persistentvolume-controller'],
  persistentvolumes: ['persistent-volume-binder', 'persistentvolume-controller'],
  'resourceclaims.resource.k8s.io': ['resource-claim-controller', 'resource_claim'],
};

/** The kinds that no controller works on, given the names of the controllers. */
export function unworkedKinds(names: readonly string[]): ReadonlySet<string> {
  const worked = ([, by]: [string, readonly string[]]) => by.some((name) => names.includes(name));
  return new Set(Object.entries(CONTROLLERS).flatMap((entry) => (worked(entry) ? [] : [entry[0]])));
}

/** The kinds that no controller of these clusters works on: clients that create such an object are warned. */
export const unworked = unworkedKinds(controllers.map(({ name }) => name));
