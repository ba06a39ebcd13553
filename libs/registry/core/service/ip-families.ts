import type { corev1 } from '#api';
import { type FieldError, fieldPath, invalidValue, ipFamily } from '#apimachinery';
import { sameIPFamilies } from './facts.js';
import { validateClusterIPs } from './validate-cluster-ips.js';

type Service = corev1.Service;

const ipsPath = fieldPath('spec', 'clusterIPs');
const policyPath = 'spec.ipFamilyPolicy';

/** The IP families of this cluster's Services, the default first. */
const SERVICE_FAMILIES: readonly string[] = ['IPv4'];

/** The default policy: the old one; both families for a headless Service without selector; otherwise one. */
function setPolicy({ spec }: Service, old: Service | undefined): void {
  if (spec.ipFamilyPolicy !== undefined) return;
  if (old?.spec.ipFamilyPolicy !== undefined) spec.ipFamilyPolicy = old.spec.ipFamilyPolicy;
  else if (spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0) spec.ipFamilyPolicy = 'RequireDualStack';
  else spec.ipFamilyPolicy = 'SingleStack';
}

const samePlural = (a: Service, b: Service): boolean => (a.spec.clusterIPs ?? []).join() === (b.spec.clusterIPs ?? []).join();

const reduced = (list: readonly string[] | undefined, before: readonly string[] | undefined): boolean =>
  (list ?? []).length > 0 && (list ?? []).length < (before ?? []).length;

function followPolicy(service: Service, old: Service): FieldError[] {
  const { spec } = service;
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (samePlural(old, service) && (spec.clusterIPs ?? []).length > 1) spec.clusterIPs = spec.clusterIPs?.slice(0, 1);
    if (sameIPFamilies(old, service) && (spec.ipFamilies ?? []).length > 1) spec.ipFamilies = spec.ipFamilies?.slice(0, 1);
    return [];
  }
  const errors: FieldError[] = [];
  if (reduced(spec.clusterIPs, old.spec.clusterIPs)) {
    errors.push(invalidValue(policyPath, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"));
  }
  if (reduced(spec.ipFamilies, old.spec.ipFamilies)) {
    errors.push(invalidValue(policyPath, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"));
  }
  return errors;
}

function checkSingleStack({ spec }: Service): FieldError[] {
  if (spec.ipFamilyPolicy !== 'SingleStack') return [];
  const text = (what: string) => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
  const errors: FieldError[] = [];
  if (spec.clusterIPs?.length === 2) errors.push(invalidValue(policyPath, spec.ipFamilyPolicy, text('cluster IPs')));
  if (spec.ipFamilies?.length === 2) errors.push(invalidValue(policyPath, spec.ipFamilyPolicy, text('IP families')));
  return errors;
}

/** The families of the given addresses, if there are any. */
function inferFamilies({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === 'None') break;
    if (index < (spec.ipFamilies ?? []).length) continue;
    const family = ipFamily(ip) === 6 ? 'IPv6' : 'IPv4';
    if (SERVICE_FAMILIES.includes(family)) spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
    else errors.push(invalidValue(ipsPath.index(index), spec.clusterIPs, `${family} is not configured on this cluster`));
  }
  return errors;
}

const otherFamily = (family: string | undefined): string => (family === 'IPv4' ? 'IPv6' : 'IPv4');

/** A headless Service without selector may have any families: its endpoints are managed by others. */
function setHeadlessFamilies({ spec }: Service): void {
  const families = spec.ipFamilies?.length ? spec.ipFamilies : SERVICE_FAMILIES.slice(0, 1);
  spec.ipFamilies = families.length < 2 && spec.ipFamilyPolicy !== 'SingleStack' ? [...families, otherFamily(families[0])] : [...families];
}

function checkConfigured({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack' && SERVICE_FAMILIES.length < 2) {
    errors.push(invalidValue(policyPath, spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  }
  (spec.ipFamilies ?? []).forEach((family, index) => {
    if (!SERVICE_FAMILIES.includes(family)) {
      errors.push(invalidValue(fieldPath('spec', 'ipFamilies').index(index), family, 'not configured on this cluster'));
    }
  });
  return errors;
}

/** A PreferDualStack Service is not upgraded by an update that does not change it. */
function unchangedDualStack(service: Service, old: Service | undefined): boolean {
  if (!old || service.spec.ipFamilyPolicy !== 'PreferDualStack' || old.spec.type !== service.spec.type) return false;
  const policy = old.spec.ipFamilyPolicy ?? 'PreferDualStack';
  return policy === 'PreferDualStack' && samePlural(old, service) && sameIPFamilies(old, service);
}

/** Sets families and their policy, in place (registry/core/service/storage/alloc.go initIPFamilyFields). */
export function setIPFamilies(service: Service, old: Service | undefined): FieldError[] {
  if (service.spec.type === 'ExternalName' || unchangedDualStack(service, old)) return [];
  setPolicy(service, old);
  const broken = validateClusterIPs(service, old);
  if (broken.length > 0) return broken;
  const errors = [...(old ? followPolicy(service, old) : []), ...checkSingleStack(service), ...inferFamilies(service)];
  if (errors.length > 0) return errors;
  if (service.spec.clusterIP === 'None' && Object.keys(service.spec.selector ?? {}).length === 0) {
    setHeadlessFamilies(service);
    return [];
  }
  const unconfigured = checkConfigured(service);
  if (unconfigured.length > 0) return unconfigured;
  if ((service.spec.ipFamilies ?? []).length === 0) service.spec.ipFamilies = SERVICE_FAMILIES.slice(0, 1);
  return [];
}
