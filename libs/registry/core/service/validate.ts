import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  fieldForbidden,
  fieldPath,
  invalidValue,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidLegacyCIDR,
  isValidLegacyIP,
  isValidPortNum,
  notSupported,
  required,
  validateLabels,
} from '#apimachinery';
import { endpointIP } from '../../rules/ip.js';
import { FIELD_IMMUTABLE, invalidName, requiredOneOf } from '../checks.js';
import { isExternallyAccessible, isHeadless, needsHealthCheck } from './facts.js';
import { validateClusterIPChange, validateClusterIPs, validateIPFamilyChange } from './validate-cluster-ips.js';
import { validatePortSet, validateServicePorts } from './validate-ports.js';

type Service = corev1.Service;

const specPath = fieldPath('spec');
const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";
const DAY = 86_400;

function validateTopology(annotations: Record<string, string> = {}): FieldError[] {
  const [mode, hints] = [annotations[MODE], annotations[HINTS]];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const path = fieldPath('metadata', 'annotations').key(MODE);
  return [invalidValue(path, mode, `must match annotations[${HINTS}] when both are specified`)];
}

function validateType(service: Service): FieldError[] {
  const { type, clusterIPs = [], ipFamilies = [], ipFamilyPolicy, externalName = '' } = service.spec;
  if (type === 'LoadBalancer' || type === 'NodePort') {
    return isHeadless(service) ? [invalidValue('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`)] : [];
  }
  if (type !== 'ExternalName') return [];
  const text = 'may not be set for ExternalName services';
  const errors: FieldError[] = [];
  if (clusterIPs.length > 0) errors.push(fieldForbidden('spec.clusterIPs', text));
  if (ipFamilies.length > 0) errors.push(fieldForbidden('spec.ipFamilies', text));
  if (ipFamilyPolicy !== undefined) errors.push(fieldForbidden('spec.ipFamilyPolicy', text));
  const name = externalName.replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else append(errors, invalidName('spec.externalName', name, isDNS1123Subdomain(name)));
  return errors;
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: corev1.ServiceSpec): FieldError[] {
  const errors = requiredOneOf(sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity');
  const path = specPath.child('sessionAffinityConfig');
  if (sessionAffinity === 'None' && config) errors.push(fieldForbidden(path, 'must not be set when session affinity is None'));
  if (sessionAffinity !== 'ClientIP') return errors;
  const seconds = config?.clientIP?.timeoutSeconds;
  if (!config) errors.push(required(path, 'when session affinity type is ClientIP'));
  else if (!config.clientIP) errors.push(required(path.child('clientIP'), 'when session affinity type is ClientIP'));
  else if (seconds === undefined) {
    errors.push(required(path.child('clientIP', 'timeoutSeconds'), 'when session affinity type is ClientIP'));
  } else if (seconds <= 0 || seconds > DAY) {
    const text = `must be greater than 0 and less than ${DAY}`;
    errors.push(invalidValue(path.child('clientIP', 'timeoutSeconds'), seconds, text));
  }
  return errors;
}

function validateExternalIPs({ spec }: Service, old: Service | undefined): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, index) => {
    const path = specPath.child('externalIPs').index(index);
    const errors = isValidLegacyIP(path, ip, old?.spec.externalIPs);
    return errors.length > 0 ? errors : endpointIP(path, ip);
  });
}

function validateSourceRanges({ spec, metadata }: Service, old: Service | undefined): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[RANGES];
  // The capital L is upstream's.
  const path = ranges.length > 0 ? specPath.child('LoadBalancerSourceRanges') : fieldPath('metadata', 'annotations').key(RANGES);
  if (ranges.length === 0 && annotation === undefined) return [];
  const errors = spec.type === 'LoadBalancer' ? [] : [fieldForbidden(path, ONLY_LOAD_BALANCER)];
  if (ranges.length > 0) {
    const before = (old?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
    return [...errors, ...ranges.flatMap((range, index) => isValidLegacyCIDR(path.index(index), range.trim(), before))];
  }
  const text = (annotation ?? '').trim();
  if (text === '' || old?.metadata.annotations?.[RANGES] === annotation) return errors;
  return [...errors, ...text.split(',').flatMap((range) => isValidLegacyCIDR(path, range.trim()))];
}

function validateLoadBalancer({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const balanced = spec.type === 'LoadBalancer';
  if (spec.allocateLoadBalancerNodePorts !== undefined && !balanced) {
    errors.push(fieldForbidden('spec.allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER));
  }
  if (balanced && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required('allocateLoadBalancerNodePorts'));
  const { loadBalancerClass } = spec;
  if (loadBalancerClass === undefined) return errors;
  if (!balanced) errors.push(fieldForbidden('spec.loadBalancerClass', ONLY_LOAD_BALANCER));
  else append(errors, invalidName('spec.loadBalancerClass', loadBalancerClass, isQualifiedName(loadBalancerClass)));
  return errors;
}

function validateExternalTraffic(service: Service): FieldError[] {
  const { externalTrafficPolicy: policy = '', healthCheckNodePort: port = 0 } = service.spec;
  const errors: FieldError[] = [];
  if (isExternallyAccessible(service)) append(errors, requiredOneOf(policy, ['Cluster', 'Local'], 'spec.externalTrafficPolicy'));
  else if (policy) errors.push(invalidValue('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services'));
  const path = 'spec.healthCheckNodePort';
  if (needsHealthCheck(service)) {
    append(errors, port === 0 ? [required(path)] : invalidName(path, port, isValidPortNum(port)));
  } else if (port !== 0) {
    errors.push(invalidValue(path, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  }
  return errors;
}

function validateInternalTraffic({ spec }: Service): FieldError[] {
  const { internalTrafficPolicy: policy, trafficDistribution: distribution, type = '' } = spec;
  const errors: FieldError[] = [];
  if (policy === undefined && ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(type)) errors.push(required('spec.internalTrafficPolicy'));
  if (policy !== undefined && policy !== 'Cluster' && policy !== 'Local') {
    errors.push(notSupported('spec.internalTrafficPolicy', policy, ['Cluster', 'Local']));
  }
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (distribution !== undefined && !distributions.includes(distribution)) {
    errors.push(notSupported('spec.trafficDistribution', distribution, distributions));
  }
  return errors;
}

/** A Service (core validation.go validateService). */
export function validateService(service: Service, old?: Service): FieldError[] {
  const { spec } = service;
  const errors = validateTopology(service.metadata.annotations);
  if ((spec.ports ?? []).length === 0 && !isHeadless(service) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  append(errors, validateType(service), validateServicePorts(service), validateLabels(spec.selector, specPath.child('selector')));
  append(errors, validateAffinity(spec), validateClusterIPs(service, old), validateExternalIPs(service, old));
  append(errors, requiredOneOf(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec.type'));
  append(errors, validatePortSet(service), validateSourceRanges(service, old), validateLoadBalancer(service));
  return [...errors, ...validateExternalTraffic(service), ...validateInternalTraffic(service)];
}

function validateLoadBalancerClassChange(service: Service, old: Service): FieldError[] {
  const { loadBalancerClass, type } = service.spec;
  const errors: FieldError[] = [];
  if (type === 'LoadBalancer' && old.spec.type === 'LoadBalancer' && loadBalancerClass !== old.spec.loadBalancerClass) {
    errors.push(invalidValue('spec.loadBalancerClass', loadBalancerClass, 'may not change once set'));
  }
  if (loadBalancerClass === undefined) return errors;
  // Validated twice on updates, as upstream.
  if (type === 'LoadBalancer') append(errors, invalidName('spec.loadBalancerClass', loadBalancerClass, isQualifiedName(loadBalancerClass)));
  else errors.push(fieldForbidden('spec.loadBalancerClass', ONLY_LOAD_BALANCER));
  return errors;
}

/** What may change in a Service (ValidateServiceUpdate). */
export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const errors = [
    ...validateClusterIPChange(service, old),
    ...validateIPFamilyChange(service, old),
    ...validateLoadBalancerClassChange(service, old),
  ];
  if (needsHealthCheck(old) && needsHealthCheck(service) && old.spec.healthCheckNodePort !== service.spec.healthCheckNodePort) {
    errors.push(fieldForbidden('spec.healthCheckNodePort', FIELD_IMMUTABLE));
  }
  return [...errors, ...validateService(service, old)];
}

/** The load balancer's addresses in the status (ValidateLoadBalancerStatus). */
export function validateServiceStatusUpdate(service: Service, old: Service): FieldError[] {
  const path = fieldPath('status', 'loadBalancer', 'ingress');
  const ingresses = service.status?.loadBalancer?.ingress ?? [];
  if (service.spec.type !== 'LoadBalancer' && ingresses.length > 0)
    return [fieldForbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  const before = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  return ingresses.flatMap(({ ip, ipMode, hostname }, index) => {
    const at = path.index(index);
    const errors = ip ? isValidLegacyIP(at.child('ip'), ip, before) : [];
    if (ipMode === undefined && ip) errors.push(required(at.child('ipMode'), 'must be specified when `ip` is set'));
    else if (ipMode !== undefined && !ip) errors.push(fieldForbidden(at.child('ipMode'), 'may not be specified when `ip` is not set'));
    else if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy')
      errors.push(notSupported(at.child('ipMode'), ipMode, ['Proxy', 'VIP']));
    if (!hostname) return errors;
    append(errors, invalidName(at.child('hostname'), hostname, isDNS1123Subdomain(hostname)));
    if (isValidLegacyIP('', hostname).length === 0)
      errors.push(invalidValue(at.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
    return errors;
  });
}
