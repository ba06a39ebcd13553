import { goQuote } from '#apimachinery';
import { type Check, named, namesOf, plural, quoted, settersOf, Values } from './check.js';

const APP_ARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const APP_ARMOR_TYPES: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);

const allowedAppArmorAnnotation = (value: string): boolean => value === '' || value === 'runtime/default' || value.startsWith('localhost/');

/** check_appArmorProfile.go */
export const appArmorProfile: Check = (pod) => {
  const types = new Values();
  const setters = settersOf(pod, ({ appArmorProfile: profile }) => {
    if (!profile || APP_ARMOR_TYPES.has(profile.type)) return false;
    types.add(profile.type);
    return true;
  });
  const annotations = Object.entries(pod.annotations)
    .filter(([key, value]) => key.startsWith(APP_ARMOR_PREFIX) && !allowedAppArmorAnnotation(value))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort();
  if (setters === '' && annotations.length === 0) return undefined;
  const values = [...types.sorted(), ...annotations];
  const who = [setters, annotations.length === 0 ? '' : plural('annotation', annotations.length)].filter((text) => text !== '');
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const SECCOMP_TYPES: ReadonlySet<string> = new Set(['Localhost', 'RuntimeDefault']);

const allowedSeccompAnnotation = (value: string): boolean =>
  value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');

/** The annotations before v1.19 (check_seccompProfile_baseline.go). */
export const seccompAnnotations: Check = ({ annotations, containers }) => {
  const forbidden = new Values();
  for (const key of [SECCOMP_POD, ...containers.map(({ name }) => SECCOMP_CONTAINER + name)]) {
    const value = annotations[key];
    if (value !== undefined && !allowedSeccompAnnotation(value)) forbidden.add(`${key}=${goQuote(value)}`);
  }
  if (forbidden.size === 0) return undefined;
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', forbidden.size)} ${forbidden.sorted().join(', ')}` };
};

/** The field since v1.19 (check_seccompProfile_baseline.go). */
export const baselineSeccomp: Check = (pod) => {
  const types = new Values();
  const setters = settersOf(pod, ({ seccompProfile }) => {
    if (!seccompProfile || SECCOMP_TYPES.has(seccompProfile.type)) return false;
    types.add(seccompProfile.type);
    return true;
  });
  if (setters === '') return undefined;
  return { reason: 'seccompProfile', detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(types.sorted())}` };
};

/** check_seccompProfile_restricted.go */
export const restrictedSeccomp: Check = (pod) => {
  const bad = baselineSeccomp(pod);
  if (bad || pod.spec.securityContext?.seccompProfile) return bad;
  const unset = namesOf(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (unset.length === 0) return undefined;
  const detail = `pod or ${named(unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

/** Allows these types and neither users nor roles (check_seLinuxOptions.go). */
export function seLinuxOptions(allowed: readonly string[]): Check {
  const allowedTypes: ReadonlySet<string> = new Set(['', ...allowed]);
  return (pod) => {
    const types = new Values();
    const others = { user: false, role: false };
    const setters = settersOf(pod, ({ seLinuxOptions: options }) => {
      const { type = '', user = '', role = '' } = options ?? {};
      if (!allowedTypes.has(type)) types.add(type);
      if (user !== '') others.user = true;
      if (role !== '') others.role = true;
      return !allowedTypes.has(type) || user !== '' || role !== '';
    });
    if (setters === '') return undefined;
    const data = types.size === 0 ? [] : [`${plural('type', types.size)} ${quoted(types.sorted())}`];
    if (others.user) data.push('user may not be set');
    if (others.role) data.push('role may not be set');
    return { reason: 'seLinuxOptions', detail: `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}` };
  };
}
