import type { corev1 } from '#api';
import { append, type FieldPath, goQuote } from '#apimachinery';
import { visitContainers } from './containers.js';

type Spec = corev1.PodSpec;
type Annotations = Readonly<Record<string, string>>;
type AmountWarnings = (amounts: Readonly<Record<string, string>> | undefined, at: string) => string[];

const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';

/** A variable that replaces an earlier one of the same name without referring to it. */
function hides(variable: corev1.EnvVar): boolean {
  const reference = `$(${variable.name})`;
  const { value = '' } = variable;
  return variable.valueFrom !== undefined || value === reference || !value.includes(reference);
}

function envWarnings(env: readonly corev1.EnvVar[], path: FieldPath): string[] {
  const seen = new Set<string>();
  return env.flatMap((variable, index) => {
    if (!seen.has(variable.name)) {
      seen.add(variable.name);
      return [];
    }
    if (!hides(variable)) return [];
    const text = `hides previous definition of ${goQuote(variable.name)}, which may be dropped when using apply`;
    return [`${path.index(index)}: ${text}`];
  });
}

/** Warnings for each container. `prefix`: of the paths to the annotations. */
export function containerWarnings(
  spec: Spec,
  path: FieldPath,
  annotations: Annotations,
  prefix: string,
  fractional: AmountWarnings,
): string[] {
  const warnings: string[] = [];
  visitContainers(spec, path, ({ name, securityContext, resources, env }, at) => {
    const key = SECCOMP + name;
    if (!securityContext?.seccompProfile && key in annotations) {
      warnings.push(`${prefix}metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
    }
    // Upstream checks memory in limits and requests first, then storage.
    for (const resource of ['memory', 'ephemeral-storage']) {
      for (const list of ['limits', 'requests'] as const) {
        const amount = resources?.[list]?.[resource];
        if (amount !== undefined) append(warnings, fractional({ [resource]: amount }, `${at}.resources.${list}`));
      }
    }
    if (env && env.length > 1) append(warnings, envWarnings(env, at.child('env')));
  });
  return warnings;
}

interface Known {
  at: string;
  port: corev1.ContainerPort;
  order: number;
}

function conflict(port: corev1.ContainerPort, other: corev1.ContainerPort): string {
  const [ip, otherIP] = [port.hostIP ?? '', other.hostIP ?? ''];
  const [host, otherHost] = [port.hostPort ?? 0, other.hostPort ?? 0];
  if (ip === otherIP && host === otherHost) return 'duplicate port definition';
  if (host === 0 || otherHost === 0) return 'overlapping port definition';
  return 'dangerously ambiguous port definition';
}

/** Ports by what makes them conflict, so that only possibly conflicting ports are compared. */
class KnownPorts {
  private readonly groups = new Map<string, Known[]>();
  private count = 0;

  /** At most this many earlier ports that conflict with the port, in order. */
  conflicting({ containerPort, protocol, hostPort = 0, hostIP = '' }: corev1.ContainerPort, most: number): Known[] {
    const any = `${containerPort}/${protocol}`;
    const same = `${any} ${hostPort}`;
    const wanted = hostPort === 0 ? [any] : [`${any} 0`, ...(hostIP === '' ? [same] : [`${same} `, `${same} ${hostIP}`])];
    const found = wanted.flatMap((group) => this.groups.get(group)?.slice(0, most) ?? []);
    return found.sort((a, b) => a.order - b.order).slice(0, most);
  }

  add(port: corev1.ContainerPort, at: string): void {
    const { containerPort, protocol, hostPort = 0, hostIP = '' } = port;
    const any = `${containerPort}/${protocol}`;
    const known = { port, at, order: this.count++ };
    for (const group of [any, `${any} ${hostPort}`, `${any} ${hostPort} ${hostIP}`]) {
      const ports = this.groups.get(group);
      if (ports) ports.push(known);
      else this.groups.set(group, [known]);
    }
  }
}

/** Further conflicting ports are not reported: the Warning headers are limited (libs/apiserver rest/warnings.ts). */
const MOST_CONFLICTS = 256;

/** The port as Go's %+v prints the struct. */
function printed({ name = '', hostPort = 0, containerPort = 0, protocol = '', hostIP = '' }: corev1.ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}

/** Conflicting ports of a pod, and port names that are used twice. */
export function portWarnings(spec: Spec, path: FieldPath): string[] {
  const warnings: string[] = [];
  const named: string[] = [];
  const ports = new KnownPorts();
  let conflicts = 0;
  const names = new Map<string, string>();
  visitContainers(spec, path, (container, containerPath) => {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const at = containerPath.child('ports').index(index).toString();
      if (port.hostIP && !port.hostPort) warnings.push(`${at}: hostIP set without hostPort: ${printed(port)}`);
      for (const other of ports.conflicting(port, MOST_CONFLICTS - conflicts)) {
        warnings.push(`${at}: ${conflict(port, other.port)} with ${other.at}`);
        conflicts += 1;
      }
      ports.add(port, at);
      const other = port.name ? names.get(port.name) : undefined;
      if (other !== undefined) {
        const text = `duplicate port name ${goQuote(port.name ?? '')} with ${other}`;
        named.push(`${at}: ${text}, services and probes that select ports by name will use ${other}`);
      } else if (port.name) names.set(port.name, at);
    }
  });
  return [...warnings, ...named];
}
