import type { corev1 } from '#api';
import { type FieldError, type FieldPath, fieldForbidden } from '#apimachinery';

type Status = corev1.PodStatus;
type Spec = corev1.PodSpec;

const restartsAll = (container: corev1.Container): boolean =>
  container.restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers') ?? false;

function matchesRule({ exitCodes }: corev1.ContainerRestartRule, exitCode: number): boolean {
  if (!exitCodes) return false;
  const listed = exitCodes.values?.includes(exitCode) ?? false;
  return exitCodes.operator === 'In' ? listed : exitCodes.operator === 'NotIn' && !listed;
}

/** Whether a container that ended with this code is restarted (pkg/api/v1/pod ContainerShouldRestart). */
function shouldRestart(container: corev1.Container, podPolicy: string | undefined, exitCode: number): boolean {
  const { restartPolicy, restartPolicyRules = [] } = container;
  if (restartPolicy !== undefined && restartPolicyRules.some((rule) => matchesRule(rule, exitCode))) return true;
  const policy = restartPolicy ?? podPolicy;
  if (policy === 'OnFailure') return exitCode !== 0;
  return policy !== 'Never';
}

/** A terminated container stays so, unless its restart policy says otherwise (Validate…ContainerStateTransition). */
export function validateStateChanges(status: Status, old: Status, spec: Spec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const compare = (
    list: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses',
    from: readonly corev1.Container[],
  ): void => {
    for (const [index, before] of (old[list] ?? []).entries()) {
      const ended = before.state?.terminated;
      if (!ended) continue;
      const revived = status[list]?.some(({ name, state }) => name === before.name && !state?.terminated);
      const container = from.find(({ name }) => name === before.name);
      if (!revived || (container && shouldRestart(container, spec.restartPolicy, ended.exitCode))) continue;
      errors.push(fieldForbidden(path.child(list).index(index).child('state'), 'may not be transitioned to non-terminated state'));
    }
  };
  // A stored pod's lists may be null.
  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  if (![...initContainers, ...containers].some(restartsAll)) {
    compare('containerStatuses', containers);
    compare('initContainerStatuses', initContainers);
  }
  compare('ephemeralContainerStatuses', []);
  return errors;
}
