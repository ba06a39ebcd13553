import type { batchv1, corev1 } from '#api';

/** What a pod failure policy says about a failed pod. */
export interface PolicyVerdict {
  /** Whether the failure counts towards backoffLimit and backoffLimitPerIndex. */
  counts: boolean;
  /** The action of the rule that matched. */
  action?: string;
  /** Why the Job fails; with the action FailJob. */
  failure?: string;
}

/** The first rule of a Job's pod failure policy that matches a failed pod (pod_failure_policy.go matchPodFailurePolicy). */
export function matchFailurePolicy(policy: batchv1.PodFailurePolicy | undefined, pod: corev1.Pod): PolicyVerdict {
  for (const [index, { action, onExitCodes, onPodConditions }] of (policy?.rules ?? []).entries()) {
    const matched = onExitCodes === undefined ? matchingCondition(pod, onPodConditions) : matchingExit(pod, onExitCodes);
    if (matched === undefined) continue;
    if (action === 'Ignore') return { counts: false, action };
    if (action === 'FailIndex' || action === 'Count') return { counts: true, action };
    if (action === 'FailJob') return { counts: true, action, failure: `${matched} matching ${action} rule at index ${index}` };
  }
  return { counts: true };
}

function podName({ metadata }: corev1.Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function matchingCondition(pod: corev1.Pod, patterns: batchv1.PodFailurePolicyOnPodConditionsPattern[] = []): string | undefined {
  const found = pod.status?.conditions?.find((condition) =>
    patterns.some(({ type, status }) => condition.type === type && condition.status === status),
  );
  return found === undefined ? undefined : `Pod ${podName(pod)} has condition ${found.type}`;
}

function matchingExit(
  pod: corev1.Pod,
  { containerName, operator, values }: batchv1.PodFailurePolicyOnExitCodesRequirement,
): string | undefined {
  for (const { name, state } of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
    const code = state?.terminated?.exitCode ?? 0;
    if (code === 0 || (containerName !== undefined && containerName !== name)) continue;
    if (operator === 'In' ? values.includes(code) : operator === 'NotIn' && !values.includes(code))
      return `Container ${name} for pod ${podName(pod)} failed with exit code ${code}`;
  }
  return undefined;
}
