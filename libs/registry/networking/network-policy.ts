import type { networkingv1 } from '#api';
import {
  append,
  type FieldError,
  fieldForbidden,
  formatLabelSelector,
  invalidValue,
  isValidPortName,
  isValidPortNum,
  notSupported,
  required,
} from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { cidrContains, cidrWarnings, legacyCIDR, parseCIDR } from '../rules/ip.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { hasInvalidSelectorValue, labelSelector } from '../rules/selector.js';
import { eachInvalid } from '../rules/text.js';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES = ['Ingress', 'Egress'];

interface PolicyOptions {
  allowInvalidValues: boolean;
  /** Existing CIDRs, which need not be in canonical form. */
  standing: readonly string[];
}

function portErrors(path: string, { protocol, port, endPort }: networkingv1.NetworkPolicyPort): FieldError[] {
  const errors = protocol !== undefined && !PROTOCOLS.includes(protocol) ? [notSupported(`${path}.protocol`, protocol, PROTOCOLS)] : [];
  const wrongEnd = (value: number, detail: string) => errors.push(invalidValue(`${path}.endPort`, value, detail));
  if (typeof port === 'number') {
    append(errors, eachInvalid(`${path}.port`, port, isValidPortNum(port)));
    if (endPort === undefined) return errors;
    // The value in the message is the port's, as upstream.
    if (endPort < port) wrongEnd(port, 'must be greater than or equal to `port`');
    append(errors, eachInvalid(`${path}.endPort`, endPort, isValidPortNum(endPort)));
  } else if (port !== undefined) {
    if (endPort !== undefined) wrongEnd(endPort, 'may not be specified when `port` is non-numeric');
    append(errors, eachInvalid(`${path}.port`, port, isValidPortName(port)));
  } else if (endPort !== undefined) wrongEnd(endPort, 'may not be specified when `port` is not specified');
  return errors;
}

function ipBlockErrors(path: string, { cidr, except = [] }: networkingv1.IPBlock, { standing }: PolicyOptions): FieldError[] {
  if (!cidr) return [required(`${path}.cidr`)];
  const errors = legacyCIDR(`${path}.cidr`, cidr, standing);
  const whole = parseCIDR(cidr);
  if (!whole) return errors;
  for (const [index, text] of except.entries()) {
    const at = `${path}.except[${index}]`;
    append(errors, legacyCIDR(at, text, standing));
    const part = parseCIDR(text);
    if (part && (!cidrContains(whole, part.network) || whole.length >= part.length))
      errors.push(invalidValue(at, text, 'must be a strict subset of `cidr`'));
  }
  return errors;
}

function peerErrors(path: string, peer: networkingv1.NetworkPolicyPeer, options: PolicyOptions): FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const errors = [
    ...labelSelector(`${path}.podSelector`, podSelector, options),
    ...labelSelector(`${path}.namespaceSelector`, namespaceSelector, options),
    ...(ipBlock ? ipBlockErrors(`${path}.ipBlock`, ipBlock, options) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector || namespaceSelector))
    errors.push(fieldForbidden(path, 'may not specify both ipBlock and another peer'));
  return errors;
}

/** Ports and peers of both directions, which differ only in the name of the peers' field. */
const directions = ({ ingress = [], egress = [] }: networkingv1.NetworkPolicySpec) => [
  ...ingress.map(({ ports, from }, index) => ({ path: `spec.ingress[${index}]`, ports, peers: from, field: 'from' })),
  ...egress.map(({ ports, to }, index) => ({ path: `spec.egress[${index}]`, ports, peers: to, field: 'to' })),
];

function validatePolicy({ spec = {} }: networkingv1.NetworkPolicy, options: PolicyOptions): FieldError[] {
  const errors = labelSelector('spec.podSelector', spec.podSelector, options);
  for (const { path, ports = [], peers = [], field } of directions(spec)) {
    ports.forEach((port, index) => {
      append(errors, portErrors(`${path}.ports[${index}]`, port));
    });
    peers.forEach((peer, index) => {
      append(errors, peerErrors(`${path}.${field}[${index}]`, peer, options));
    });
  }
  const { policyTypes = [] } = spec;
  if (policyTypes.length > 2)
    return [...errors, invalidValue('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes')];
  policyTypes.forEach((type, index) => {
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, POLICY_TYPES));
  });
  return errors;
}

const blocks = ({ spec = {} }: networkingv1.NetworkPolicy): string[] =>
  directions(spec).flatMap(({ peers = [] }) => peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])));

function warnings({ spec = {} }: networkingv1.NetworkPolicy): string[] {
  return directions(spec).flatMap(({ path, peers, field }) =>
    (peers ?? []).flatMap(({ ipBlock }, index) => {
      if (!ipBlock) return [];
      const at = `${path}.${field}[${index}].ipBlock`;
      const except = (ipBlock.except ?? []).flatMap((cidr, each) => cidrWarnings(`${at}.except[${each}]`, cidr));
      return [...cidrWarnings(`${at}.cidr`, ipBlock.cidr), ...except];
    }),
  );
}

/** NetworkPolicy (registry/networking/networkpolicy). */
export const networkPolicy = overNulls<networkingv1.NetworkPolicy>({
  group: 'networking.k8s.io',
  resource: 'networkpolicies',
  setDefaults(object) {
    object.spec ??= {};
    const { spec } = object;
    // The default types: ingress, and egress if there are rules for it.
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  prepareForCreate: firstGeneration,
  prepareForUpdate: (object, old) => nextGeneration(object, old, ({ spec }) => spec),
  validate: (object) => validatePolicy(object, { allowInvalidValues: false, standing: [] }),
  validateUpdate: (object, old) =>
    validatePolicy(object, { allowInvalidValues: hasInvalidSelectorValue(old.spec?.podSelector), standing: blocks(old) }),
  warnings,
  columns: [nameColumn, { name: 'Pod-Selector', type: 'string', cell: ({ spec }) => formatLabelSelector(spec?.podSelector) }, ageColumn],
});
