import { syncPeriod } from '../runtime/versions.js';
import { serverFailures } from '../volumes/servers.js';
import { claimErrors } from './claims.js';
import { hostnameError } from './host-name.js';
import { mountErrors } from './references.js';
import { containerID, type Simulation } from './simulation.js';

/** From a sync that failed to the next one (backOffPeriod). */
const RETRY_SYNC = 10_000;

const NO_ADDRESS =
  'rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="host-local" failed (add): no IP addresses available in range set';

/** Something that prevents a pod's sandbox. */
interface SandboxError {
  reason: string;
  message: string;
  /** Milliseconds until the pod is synced again; unset: what failed is retried with a back-off of its own. */
  resync?: number;
  /** Milliseconds that the attempt takes before it fails; unset: none. */
  took?: number;
}

/** containerd, sandbox_run.go RunPodSandbox. Each attempt has an id of its own. */
function runtimeError({ pod, world, now }: Simulation): string | undefined {
  const handler = world.missingRuntime();
  if (handler === undefined) return undefined;
  const id = containerID(pod.metadata.uid ?? '', 'sandbox', now);
  return `rpc error: code = Unknown desc = unable to get OCI runtime for sandbox "${id}": no runtime for "${handler}" is configured`;
}

/** What prevents a pod's sandbox: volumes that cannot be mounted, devices that cannot be prepared, no runtime, no address. */
export function sandboxErrors(sim: Simulation): SandboxError[] {
  const { pod, world } = sim;
  const claims = claimErrors(pod, world);
  if (claims !== undefined) return [{ reason: 'FailedMount', message: claims, resync: RETRY_SYNC }];
  const atOnce = [...mountErrors(pod, world), ...world.volumes().errors].map((message) => ({ reason: 'FailedMount', message }));
  const volumes: SandboxError[] = [...atOnce, ...serverFailures(pod, world).map((failure) => ({ reason: 'FailedMount', ...failure }))];
  if (volumes.length > 0) return volumes;
  const devices = world.devices()?.prepareError();
  // The sync does not fail: the next one is a periodic one.
  if (devices !== undefined)
    return [
      { reason: 'FailedPrepareDynamicResources', message: `Failed to prepare dynamic resources: ${devices}`, resync: syncPeriod(pod) },
    ];
  const error =
    hostnameError(pod) ?? runtimeError(sim) ?? (pod.spec?.hostNetwork || pod.status?.podIP || world.podIP ? undefined : NO_ADDRESS);
  return error === undefined ? [] : [{ reason: 'FailedCreatePodSandBox', message: `Failed to create pod sandbox: ${error}` }];
}
