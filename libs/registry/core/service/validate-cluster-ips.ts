import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  fieldPath,
  invalidValue,
  ipFamily,
  isValidLegacyIP,
  notSupported,
  required,
} from '#apimachinery';
import { repeats } from '../../repeats.js';
import { isHeadless } from './facts.js';

type Service = corev1.Service;

const ipsPath = fieldPath('spec', 'clusterIPs');
const familiesPath = fieldPath('spec', 'ipFamilies');
const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

function validatePair({ spec }: Service): FieldError[] {
  const { clusterIP = '', clusterIPs = [] } = spec;
  if (clusterIP === '') {
    return clusterIPs.length > 0 ? [invalidValue(ipsPath, clusterIPs, 'must be empty when `clusterIP` is not specified')] : [];
  }
  if (clusterIPs.length === 0) return [required(ipsPath)];
  return clusterIPs[0] === clusterIP ? [] : [invalidValue(ipsPath, clusterIPs, 'first value must match `clusterIP`')];
}

function validateFamilies({ spec }: Service): FieldError[] {
  const families = spec.ipFamilies ?? [];
  const errors: FieldError[] = [];
  const repeated = repeats(families);
  families.forEach((family, index) => {
    if (!FAMILIES.includes(family)) errors.push(notSupported(familiesPath.index(index), family, FAMILIES));
    if (repeated.has(index)) errors.push(duplicate(familiesPath.index(index), family));
  });
  if (spec.ipFamilyPolicy !== undefined && !POLICIES.includes(spec.ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, POLICIES));
  }
  return errors;
}

function validateEach(service: Service, old: Service | undefined): FieldError[] {
  const ips = service.spec.clusterIPs ?? [];
  if (ips[0] === 'None') return ips.length > 1 ? [invalidValue(ipsPath, ips, "'None' must be the first and only value")] : [];
  return ips.flatMap((ip, index) => isValidLegacyIP(ipsPath.index(index), ip, old?.spec.clusterIPs));
}

function validateAgainstFamilies(service: Service): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = service.spec;
  const errors: FieldError[] = [];
  if (clusterIPs.length > 1 && new Set(clusterIPs.map((ip) => ipFamily(ip))).size < 2) {
    errors.push(invalidValue(ipsPath, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(service)) return errors;
  clusterIPs.slice(0, ipFamilies.length).forEach((ip, index) => {
    const family = ipFamily(ip) === 6 ? 'IPv6' : 'IPv4';
    const expected = ipFamilies[index];
    if (expected === family || !FAMILIES.includes(expected ?? '')) return;
    errors.push(invalidValue(ipsPath.index(index), ip, `expected an ${expected} value as indicated by \`ipFamilies[${index}]\``));
  });
  return errors;
}

/** Cluster IPs, families and family policy together (core validation.go ValidateServiceClusterIPsRelatedFields). */
export function validateClusterIPs(service: Service, old?: Service): FieldError[] {
  if (service.spec.type === 'ExternalName') return [];
  const errors = [...validatePair(service), ...validateFamilies(service)];
  const broken = validateEach(service, old);
  append(errors, broken);
  if ((service.spec.clusterIPs ?? []).length > 2)
    errors.push(invalidValue(ipsPath, service.spec.clusterIPs, 'may only hold up to 2 values'));
  return broken.length > 0 ? errors : [...errors, ...validateAgainstFamilies(service)];
}

/** The allowed changes of cluster IPs (validateUpgradeDowngradeClusterIPs). */
export function validateClusterIPChange(service: Service, old: Service): FieldError[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return [];
  if (isHeadless(service) && isHeadless(old)) return [];
  const [ips, before] = [service.spec.clusterIPs ?? [], old.spec.clusterIPs ?? []];
  const fixed = (index: number) => invalidValue(ipsPath.index(index), ips, 'may not change once set');
  if (ips.length === before.length) return before.flatMap((ip, index) => (ip === ips[index] ? [] : [fixed(index)]));
  const errors: FieldError[] = [];
  if (ips.length === 0) errors.push(invalidValue(ipsPath.index(0), ips, 'primary clusterIP can not be unset'));
  else if (before.length > 0 && ips[0] !== before[0]) errors.push(fixed(0));
  if (ips.length === 1 && before.length > 1 && service.spec.ipFamilyPolicy !== 'SingleStack') {
    const text = "must be set to 'SingleStack' when releasing the secondary clusterIP";
    errors.push(invalidValue('spec.ipFamilyPolicy', service.spec.ipFamilyPolicy, text));
  }
  return errors;
}

/** The allowed changes of IP families (validateUpgradeDowngradeIPFamilies). */
export function validateIPFamilyChange(service: Service, old: Service): FieldError[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return [];
  if (isHeadless(service) || isHeadless(old)) return [];
  const [families, before] = [service.spec.ipFamilies ?? [], old.spec.ipFamilies ?? []];
  const at = familiesPath.index(0);
  if (families.length === before.length) {
    return before.filter((family, index) => family !== families[index]).map(() => invalidValue(at, families, 'may not change once set'));
  }
  const errors: FieldError[] = [];
  const fewer = families.length < before.length;
  if (fewer && (service.spec.clusterIPs ?? []).length === 0) errors.push(invalidValue(at, families, 'primary ipFamily can not be unset'));
  if (families.length > 0 && before.length > 0 && families[0] !== before[0]) {
    errors.push(invalidValue(at, service.spec.clusterIPs, 'may not change once set'));
  }
  if (fewer && families.length === 1 && service.spec.ipFamilyPolicy !== 'SingleStack') {
    const text = "must be set to 'SingleStack' when releasing the secondary ipFamily";
    errors.push(invalidValue('spec.ipFamilyPolicy', service.spec.ipFamilyPolicy, text));
  }
  return errors;
}
