import type { corev1 } from '#api';
import { type Check, named, namesOf, plural, quoted, settersOf, Values } from './check.js';

/** spec.hostNetwork, hostPID and hostIPC (check_hostNamespaces.go). */
export const hostNamespaces: Check = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};

/** check_hostPathVolumes.go */
export const hostPathVolumes: Check = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: named(names, 'volume') };
};

/** check_hostPorts.go */
export const hostPorts: Check = (pod) => {
  const ports = new Values();
  const names = namesOf(pod, (container) => {
    let bad = false;
    for (const { hostPort = 0 } of container.ports ?? []) {
      if (hostPort === 0) continue;
      ports.add(String(hostPort));
      bad = true;
    }
    return bad;
  });
  if (names.length === 0) return undefined;
  const verb = names.length === 1 ? 'uses' : 'use';
  return { reason: 'hostPort', detail: `${named(names)} ${verb} ${plural('hostPort', ports.size)} ${ports.sorted().join(', ')}` };
};

type Handler = Pick<corev1.Probe, 'httpGet' | 'tcpSocket'>;

/** Hosts of probes and lifecycle handlers (check_hostProbesAndhostLifecycle.go). */
export const probeHosts: Check = (pod) => {
  const names = new Values();
  const hosts = new Values();
  for (const { name, livenessProbe, readinessProbe, startupProbe, lifecycle } of pod.containers) {
    const handlers: Array<Handler | undefined> = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
    for (const handler of handlers)
      for (const host of [handler?.httpGet?.host, handler?.tcpSocket?.host]) {
        if (!host) continue;
        names.add(name);
        hosts.add(host);
      }
  }
  if (names.size === 0) return undefined;
  const reason = 'probe or lifecycle host';
  const verb = names.size === 1 ? 'uses' : 'use';
  return { reason, detail: `${named(names.sorted())} ${verb} ${plural(reason, hosts.size)} ${quoted(hosts.sorted())}` };
};

/** check_windowsHostProcess.go */
export const windowsHostProcess: Check = (pod) => {
  const setters = settersOf(pod, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
  return setters === ''
    ? undefined
    : { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
};
