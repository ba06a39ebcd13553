import type { resourcev1 } from '#api';

/** Requests for a number of devices are for one, when they don't say (resource/v1 SetDefaults_ExactDeviceRequest, …DeviceSubRequest). */
export function defaultClaimSpec(spec: resourcev1.ResourceClaimSpec | undefined): void {
  for (const { exactly, firstAvailable } of spec?.devices?.requests ?? []) {
    for (const request of [...(exactly ? [exactly] : []), ...(firstAvailable ?? [])]) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
    }
  }
}
