import { isQualifiedName } from '#apimachinery';

const REQUESTS = 'requests.';
const DEVICE_CLASS = 'deviceclass.resource.kubernetes.io/';

/** Native resources: without a domain, or under kubernetes.io/ (helper.IsNativeResource). */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** Extended resources: with a domain other than Kubernetes' own (helper.IsExtendedResourceName). */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith(REQUESTS)) return false;
  return isQualifiedName(`${REQUESTS}${name}`).length === 0;
}

/** Extended resources, also those that stand for a device class without saying so (schedutil.IsDRAExtendedResourceName). */
export const isClaimableResource = (name: string): boolean => isExtendedResource(name) || name.startsWith(DEVICE_CLASS);

/** The names by which quotas limit extended resources (isExtendedResourceNameForQuota). */
export const isExtendedQuotaName = (name: string): boolean =>
  name.startsWith(REQUESTS) && (!isNativeResource(name) || name.startsWith(`${REQUESTS}${DEVICE_CLASS}`));
