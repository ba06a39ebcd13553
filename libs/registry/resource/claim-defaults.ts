import type { resourcev1 } from '#api';

/** The default of device requests is one device (resource/v1 SetDefaults_ExactDeviceRequest, …DeviceSubRequest). */
export function defaultClaimSpec(spec: resourcev1.ResourceClaimSpec | undefined): void {
  for (const { exactly, firstAvailable } of spec?.devices?.requests ?? []) {
    for (const request of [...(exactly ? [exactly] : []), ...(firstAvailable ?? [])]) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
    }
  }
}
