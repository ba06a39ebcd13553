import type { corev1 } from '#api';
import { formatTime } from '#apimachinery';
import type { Simulation } from './simulation.js';
import { sysctlRefusal } from './sysctls.js';

/** pkg/kubelet/lifecycle/predicate.go. */
const WRONG_OS = { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };

/** Why the kubelet rejects a new pod: its node is under pressure, or it does not fit there and nobody has scheduled it (kubelet.go rejectPod). */
function refused({ pod, world }: Simulation): { reason: string; message: string } | undefined {
  const { status, metadata } = pod;
  if (status?.startTime || metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return undefined;
  if (world.refusal !== undefined) return world.refusal;
  const sysctl = pod.spec.securityContext?.sysctls && sysctlRefusal(pod, world.machine().configuration.allowedUnsafeSysctls);
  if (sysctl) return sysctl;
  const noDevices = world.pluginDevices?.admissionError();
  if (noDevices !== undefined)
    return { reason: 'UnexpectedAdmissionError', message: `Allocate failed due to ${noDevices}, which is unexpected` };
  if (pod.spec.os && pod.spec.os.name !== 'linux') return WRONG_OS;
  return status?.conditions?.some(({ type }) => type === 'PodScheduled') ? undefined : world.shortage(pod);
}

/** The status of a pod that is not admitted; undefined if it is. */
export function rejection(sim: Simulation): corev1.PodStatus | undefined {
  const why = refused(sim);
  if (!why) return undefined;
  const { reason, message } = why;
  sim.warning(reason, message);
  return { ...sim.pod.status, phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime: formatTime(sim.now) };
}
