import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  invalidValue,
  isDNS1123Subdomain,
  isDNS1123SubdomainWithUnderscore,
  isValidLegacyIP,
  required,
  tooLong,
} from '#apimachinery';
import { invalidName } from '../../checks.js';
import { visitContainers } from '../containers.js';

function validateSearches(searches: readonly string[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (searches.length > 32) errors.push(invalidValue(path, searches, 'must not have more than 32 search paths'));
  if (searches.join(' ').length > 2048) {
    errors.push(invalidValue(path, searches, 'must not have more than 2048 characters (including spaces) in the search list'));
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    append(errors, invalidName(path.index(index), name, isDNS1123SubdomainWithUnderscore(name)));
  }
  return errors;
}

/** A pod's own resolver settings, which dnsPolicy None requires (validatePodDNSConfig). */
export function validateDNSConfig({ dnsConfig: config, dnsPolicy }: corev1.PodSpec, path: FieldPath): FieldError[] {
  const servers = path.child('nameservers');
  if (dnsPolicy === 'None') {
    if (!config) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (!config.nameservers?.length) return [required(servers, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  if (!config) return [];
  const errors: FieldError[] = [];
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > 3) errors.push(invalidValue(servers, nameservers, 'must not have more than 3 nameservers'));
  for (const [index, server] of nameservers.entries()) append(errors, isValidLegacyIP(servers.index(index), server));
  append(errors, validateSearches(searches, path.child('searches')));
  for (const [index, { name }] of options.entries()) {
    if (!name) errors.push(required(path.child('options').index(index), 'must not be empty'));
  }
  return errors;
}

/** Entries of the pod's hosts file (ValidateHostAliases). */
export function validateHostAliases(aliases: readonly corev1.HostAlias[], path: FieldPath): FieldError[] {
  return aliases.flatMap(({ ip, hostnames = [] }, index) => [
    ...isValidLegacyIP(path.index(index).child('ip'), ip ?? ''),
    ...hostnames.flatMap((name, each) => invalidName(path.index(index).child('hostnames').index(each), name, isDNS1123Subdomain(name))),
  ]);
}

/** With hostNetwork a host port must equal the container port; templates may omit it (validatePodHostNetworkDeps). */
export function validateHostNetworkPorts(spec: corev1.PodSpec, path: FieldPath, isPod: boolean): FieldError[] {
  if (!spec.hostNetwork) return [];
  const errors: FieldError[] = [];
  for (const [index, { ports = [] }] of (spec.containers ?? []).entries()) {
    for (const [each, { hostPort = 0, containerPort = 0 }] of ports.entries()) {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) continue;
      const at = path.child('containers').index(index).child('ports').index(each).child('hostPort');
      errors.push(invalidValue(at, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }
  }
  return errors;
}

/** With its own user namespace a pod may not use the host's other namespaces (validateHostUsers). */
export function validateHostUsers(spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const text = 'when `hostUsers` is false';
  const errors: FieldError[] = [];
  if (spec.hostNetwork) errors.push(fieldForbidden(path.child('hostNetwork'), text));
  // Upstream names these two like the fields of its Go type.
  if (spec.hostPID) errors.push(fieldForbidden(path.child('HostPID'), text));
  if (spec.hostIPC) errors.push(fieldForbidden(path.child('HostIPC'), text));
  visitContainers(spec, path, ({ volumeDevices }, at) => {
    if (volumeDevices?.length) errors.push(fieldForbidden(at.child('volumeDevices'), text));
  });
  return errors;
}

/** A hostname that overrides all others (validatePodHostName). */
export function validateHostnameOverride(spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  const name = spec.hostnameOverride;
  if (name === undefined) return [];
  const at = path.child('hostnameOverride');
  const errors: FieldError[] = [];
  if (spec.setHostnameAsFQDN) errors.push(fieldForbidden(at, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork) errors.push(fieldForbidden(at, 'may not be specified when hostNetwork is true'));
  if (name.length > 64) errors.push(tooLong(at, name, 64));
  return [...errors, ...invalidName(at, name, isDNS1123Subdomain(name))];
}
