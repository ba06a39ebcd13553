import type { resourcev1 } from '#api';

/** Device requests are for one device, and tolerations compare (resource/v1 SetDefaults_ExactDeviceRequest, …DeviceSubRequest, operator's +default). */
export function defaultClaimSpec(spec: resourcev1.ResourceClaimSpec | undefined): void {
  for (const { exactly, firstAvailable } of spec?.devices?.requests ?? []) {
    for (const request of [...(exactly ? [exactly] : []), ...(firstAvailable ?? [])]) {
      request.allocationMode ||= 'ExactCount';
      if (request.allocationMode === 'ExactCount') request.count ||= 1;
      for (const toleration of request.tolerations ?? []) toleration.operator ||= 'Equal';
    }
  }
}
