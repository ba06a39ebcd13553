import type { corev1, networkingv1 } from '#api';
import {
  append,
  type FieldError,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  isValidPortName,
  isValidPortNum,
  isWildcardDNS1123Subdomain,
  notSupported,
  required,
} from '#apimachinery';
import { isIP, legacyIP } from '../rules/ip.js';
import { eachInvalid, requiredPathSegment } from '../rules/text.js';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_SUFFIXES = ['/..', '/.'];
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** Existing values may violate a rule that was made stricter later. */
interface IngressOptions {
  allowInvalidSecretName: boolean;
  allowInvalidWildcardHostRule: boolean;
}

const hostMessages = (host: string): string[] => (host.includes('*') ? isWildcardDNS1123Subdomain(host) : isDNS1123Subdomain(host));

function tlsErrors(path: string, { hosts = [], secretName = '' }: networkingv1.IngressTLS, options: IngressOptions): FieldError[] {
  const errors = hosts.flatMap((host, index) => eachInvalid(`${path}.hosts[${index}]`, host, hostMessages(host)));
  if (secretName === '' || options.allowInvalidSecretName) return errors;
  return [...errors, ...eachInvalid(`${path}.secretName`, secretName, isDNS1123Subdomain(secretName))];
}

/** A reference to an object of any kind in the same namespace (validateIngressTypedLocalObjectReference). */
function typedReference(path: string, reference: corev1.TypedLocalObjectReference): FieldError[] {
  const { apiGroup } = reference;
  return [
    ...(apiGroup === undefined ? [] : eachInvalid(`${path}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup))),
    ...requiredPathSegment(`${path}.kind`, reference.kind),
    ...requiredPathSegment(`${path}.name`, reference.name),
  ];
}

function serviceErrors(path: string, { name, port = {} }: networkingv1.IngressServiceBackend): FieldError[] {
  // RelaxedServiceNameValidation: beta and on in 1.36.
  const errors = name ? eachInvalid(`${path}.service.name`, name, isDNS1123Label(name)) : [required(`${path}.service.name`)];
  if (port.name && port.number) errors.push(invalidValue(path, '', 'cannot set both port name & port number'));
  else if (port.name) append(errors, eachInvalid(`${path}.service.port.name`, port.name, isValidPortName(port.name)));
  else if (port.number) append(errors, eachInvalid(`${path}.service.port.number`, port.number, isValidPortNum(port.number)));
  else errors.push(required(path, 'port name or number is required'));
  return errors;
}

function backendErrors(path: string, { resource, service }: networkingv1.IngressBackend): FieldError[] {
  if (resource && service) return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (resource) return typedReference(`${path}.resource`, resource);
  if (service) return serviceErrors(path, service);
  return [invalidValue(path, '', 'resource or service backend is required')];
}

function pathErrors(at: string, { path = '', pathType, backend = {} }: networkingv1.HTTPIngressPath): FieldError[] {
  // Upstream stops at a path without a type.
  if (pathType === undefined) return [required(`${at}.pathType`, 'pathType must be specified')];
  const errors: FieldError[] = [];
  const bad = (detail: string) => errors.push(invalidValue(`${at}.path`, path, detail));
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) bad('must be an absolute path');
    for (const sequence of BAD_SEQUENCES) if (path.includes(sequence)) bad(`must not contain '${sequence}'`);
    for (const suffix of BAD_SUFFIXES) if (path.endsWith(suffix)) bad(`cannot end with '${suffix}'`);
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) bad('must be an absolute path');
  } else {
    errors.push(notSupported(`${at}.pathType`, pathType, PATH_TYPES));
  }
  return [...errors, ...backendErrors(`${at}.backend`, backend)];
}

function ruleValueErrors(path: string, { http }: networkingv1.IngressRule): FieldError[] {
  if (!http) return [];
  const paths = http.paths ?? [];
  if (paths.length === 0) return [required(`${path}.http.paths`)];
  return paths.flatMap((each, index) => pathErrors(`${path}.http.paths[${index}]`, each));
}

function ruleErrors(path: string, rule: networkingv1.IngressRule, options: IngressOptions): FieldError[] {
  const { host = '' } = rule;
  const errors: FieldError[] = [];
  if (host !== '') {
    if (isIP(host)) errors.push(invalidValue(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    append(errors, eachInvalid(`${path}.host`, host, hostMessages(host)));
  }
  if (host.includes('*') && options.allowInvalidWildcardHostRule) return errors;
  return [...errors, ...ruleValueErrors(path, rule)];
}

function specErrors(spec: networkingv1.IngressSpec, options: IngressOptions): FieldError[] {
  const { rules = [], tls = [], defaultBackend, ingressClassName } = spec;
  const errors: FieldError[] = [];
  if (rules.length === 0 && !defaultBackend)
    errors.push(invalidValue('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  if (defaultBackend) append(errors, backendErrors('spec.defaultBackend', defaultBackend));
  rules.forEach((rule, index) => {
    append(errors, ruleErrors(`spec.rules[${index}]`, rule, options));
  });
  tls.forEach((each, index) => {
    append(errors, tlsErrors(`spec.tls[${index}]`, each, options));
  });
  if (ingressClassName !== undefined)
    append(errors, eachInvalid('spec.ingressClassName', ingressClassName, isDNS1123Subdomain(ingressClassName)));
  return errors;
}

/** networking/validation ValidateIngressCreate. */
export function validateIngressCreate(object: networkingv1.Ingress): FieldError[] {
  const spec = object.spec ?? {};
  const errors = specErrors(spec, { allowInvalidSecretName: false, allowInvalidWildcardHostRule: false });
  const annotation = object.metadata.annotations?.[CLASS_ANNOTATION];
  if (annotation !== undefined && spec.ingressClassName !== undefined && annotation !== spec.ingressClassName)
    errors.push(invalidValue(`annotations.${CLASS_ANNOTATION}`, annotation, 'must match `ingressClassName` when both are specified'));
  return errors;
}

/** networking/validation ValidateIngressUpdate. */
export function validateIngressUpdate(object: networkingv1.Ingress, old: networkingv1.Ingress): FieldError[] {
  const was = old.spec ?? {};
  return specErrors(object.spec ?? {}, {
    allowInvalidSecretName: (was.tls ?? []).some(({ secretName }) => secretName && isDNS1123Subdomain(secretName).length > 0),
    allowInvalidWildcardHostRule: (was.rules ?? []).some((rule) => rule.host?.includes('*') && ruleValueErrors('', rule).length > 0),
  });
}

/** networking/validation ValidateIngressLoadBalancerStatus. */
export function validateIngressStatus({ status }: networkingv1.Ingress, old: networkingv1.Ingress): FieldError[] {
  const standing = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, index) => {
    const path = `status.loadBalancer.ingress[${index}]`;
    const errors = ip ? legacyIP(`${path}.ip`, ip, standing) : [];
    if (!hostname) return errors;
    append(errors, eachInvalid(`${path}.hostname`, hostname, isDNS1123Subdomain(hostname)));
    if (isIP(hostname)) errors.push(invalidValue(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    return errors;
  });
}
