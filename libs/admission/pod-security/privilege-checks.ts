import { type Check, named, namesOf, type PodView, quoted, settersOf, Values } from './check.js';

/** check_privileged.go */
export const privileged: Check = (pod) => {
  const names = namesOf(pod, ({ securityContext }) => securityContext?.privileged === true);
  return names.length === 0 ? undefined : { reason: 'privileged', detail: `${named(names)} must not set securityContext.privileged=true` };
};

/** check_allowPrivilegeEscalation.go */
export const allowPrivilegeEscalation: Check = (pod) => {
  const names = namesOf(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  const detail = `${named(names)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD'],
  ...['NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);
const NET_BIND_SERVICE: ReadonlySet<string> = new Set(['NET_BIND_SERVICE']);

/** Who adds other capabilities than these, and which; '' if nobody does. */
function addedCapabilities(pod: PodView, allowed: ReadonlySet<string>): string {
  const capabilities = new Values();
  const names = namesOf(pod, ({ securityContext }) => {
    let bad = false;
    for (const capability of securityContext?.capabilities?.add ?? []) {
      if (allowed.has(capability)) continue;
      capabilities.add(capability);
      bad = true;
    }
    return bad;
  });
  return names.length === 0 ? '' : `${named(names)} must not include ${quoted(capabilities.sorted())} in securityContext.capabilities.add`;
}

/** check_capabilities_baseline.go */
export const baselineCapabilities: Check = (pod) => {
  const detail = addedCapabilities(pod, DEFAULT_CAPABILITIES);
  return detail === '' ? undefined : { reason: 'non-default capabilities', detail };
};

/** check_capabilities_restricted.go */
export const restrictedCapabilities: Check = (pod) => {
  const keeping = namesOf(pod, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const added = addedCapabilities(pod, NET_BIND_SERVICE);
  const kept = keeping.length === 0 ? '' : `${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`;
  const detail = [kept, added].filter((text) => text !== '').join('; ');
  return detail === '' ? undefined : { reason: 'unrestricted capabilities', detail };
};

/** check_runAsNonRoot.go */
export const runAsNonRoot: Check = (pod) => {
  const reason = 'runAsNonRoot != true';
  const setters = settersOf(pod, (context) => context.runAsNonRoot === false);
  if (setters !== '') return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  if (pod.spec.securityContext?.runAsNonRoot) return undefined;
  const unset = namesOf(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  return unset.length === 0 ? undefined : { reason, detail: `pod or ${named(unset)} must set securityContext.runAsNonRoot=true` };
};

/** check_runAsUser.go */
export const runAsUser: Check = (pod) => {
  const setters = settersOf(pod, (context) => context.runAsUser === 0);
  return setters === '' ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
};
