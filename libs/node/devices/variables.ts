import type { corev1, resourcev1 } from '#api';
import { sharingsOf } from './gpu-config.js';
import { devicesOf, usedBy } from './pod-claims.js';

/** The environment variables by which containers feel their devices (dra-example-driver's CDI specifications). */

const key = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_');

/** The variables of one device. */
function ofDevice(claim: resourcev1.ResourceClaim, result: resourcev1.DeviceRequestAllocationResult): Array<[string, string]> {
  const { device, driver, request, consumedCapacity = {} } = result;
  const isAdmin = claim.status?.allocation?.devices?.results?.some(({ adminAccess }) => adminAccess === true) === true;
  const prefix = `GPU_DEVICE_${key(device.slice('gpu-'.length))}`;
  const sharings = sharingsOf(claim, driver);
  const sharing = typeof sharings === 'string' ? [] : sharings(request);
  return [
    [`GPU_DEVICE_${key(device)}_RESOURCE_CLAIM`, claim.metadata.uid ?? ''],
    ['DRA_ADMIN_ACCESS', String(isAdmin)],
    [prefix, device],
    ...sharing.map(([name, value]): [string, string] => [`${prefix}_${name}`, value]),
    ...['memory', 'compute'].flatMap((capacity): Array<[string, string]> => {
      const consumed = consumedCapacity[capacity];
      return consumed === undefined ? [] : [[`${prefix}_${key(capacity)}`, String(consumed)]];
    }),
  ];
}

/** The variables of a container's devices. Pure. */
export function deviceVariables(
  pod: corev1.Pod,
  container: corev1.Container,
  claims: ReadonlyMap<string, resourcev1.ResourceClaim>,
): Array<[string, string]> {
  const variables: Array<[string, string]> = [];
  for (const { claim: name, request } of usedBy(pod, container)) {
    const claim = claims.get(name);
    for (const result of claim ? devicesOf(claim, request) : []) {
      variables.push(['KUBERNETES_NODE_NAME', pod.spec.nodeName ?? ''], ['DRA_RESOURCE_DRIVER_NAME', result.driver]);
      if (claim) variables.push(...ofDevice(claim, result));
    }
  }
  return variables;
}
