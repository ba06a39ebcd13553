import { isIPv6 } from 'node:net';
import type { discoveryv1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  invalidValue,
  isDNS1123Subdomain,
  isFullyQualifiedDomainName,
  isValidLabelValue,
  notSupported,
  required,
  tooMany,
} from '#apimachinery';
import { endpointIP, isIPv4Address, legacyIP, strictIP } from '../rules/ip.js';
import { dnsLabel, eachInvalid, labels, qualifiedName } from '../rules/text.js';

const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_ENDPOINTS = 1000;
const MAX_HINTS = 8;
const MAX_TOPOLOGY_LABELS = 16;
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** IPv4, IPv6 or FQDN (discovery/validation validateAddressType). */
export function validateAddressType(type: string | undefined): FieldError[] {
  if (!type) return [required('addressType')];
  return ADDRESS_TYPES.includes(type) ? [] : [notSupported('addressType', type, ADDRESS_TYPES)];
}

/** The ports of all endpoints in a slice (validatePorts). */
export function validatePorts(path: string, ports: readonly discoveryv1.EndpointPort[] = []): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany(path, ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, appProtocol }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = name === '' ? [] : dnsLabel(`${at}.name`, name);
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (protocol === undefined) errors.push(required(`${at}.protocol`));
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    if (appProtocol !== undefined) append(errors, qualifiedName(`${at}.appProtocol`, appProtocol));
    return errors;
  });
}

function addressErrors(path: string, index: number, address: string, type: string): FieldError[] {
  const at = `${path}[${index}]`;
  if (type === 'FQDN') return isFullyQualifiedDomainName(at, address);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const errors = type === 'IPv4' ? legacyIP(at, address) : strictIP(at, address);
  if (errors.length > 0) return errors;
  const right = type === 'IPv4' ? isIPv4Address(address) : isIPv6(address);
  // The path is that of the list, as upstream.
  const family = right ? [] : [invalidValue(path, address, `must be an ${type} address`)];
  return [...family, ...endpointIP(at, address)];
}

function named(path: string, list: ReadonlyArray<{ name: string }> = [], rule: (name: string) => string[]): FieldError[] {
  if (list.length > MAX_HINTS) return [tooMany(path, list.length, MAX_HINTS)];
  const seen = new Set<string>();
  return list.flatMap(({ name = '' }, index) => {
    const at = `${path}[${index}].name`;
    const errors = seen.has(name) ? [duplicate(at, name)] : [];
    seen.add(name);
    return [...errors, ...eachInvalid(at, name, rule(name))];
  });
}

function endpointErrors(path: string, endpoint: discoveryv1.Endpoint, type: string): FieldError[] {
  const at = `${path}.addresses`;
  const { addresses = [], nodeName, deprecatedTopology = {}, hostname, hints } = endpoint;
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(at, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(at, addresses.length, MAX_ADDRESSES));
  addresses.forEach((address, index) => {
    append(errors, addressErrors(at, index, address, type));
  });
  if (nodeName !== undefined) append(errors, eachInvalid(`${path}.nodeName`, nodeName, isDNS1123Subdomain(nodeName)));
  const topology = Object.keys(deprecatedTopology).length;
  if (topology > MAX_TOPOLOGY_LABELS) errors.push(tooMany(`${path}.deprecatedTopology`, topology, MAX_TOPOLOGY_LABELS));
  append(errors, labels(`${path}.deprecatedTopology`, deprecatedTopology));
  if (hostname !== undefined) append(errors, dnsLabel(`${path}.hostname`, hostname));
  append(errors, named(`${path}.hints.forZones`, hints?.forZones, isValidLabelValue));
  append(errors, named(`${path}.hints.forNodes`, hints?.forNodes, isDNS1123Subdomain));
  return errors;
}

/** The endpoints of a slice (validateEndpoints). */
export function validateEndpoints(path: string, endpoints: readonly discoveryv1.Endpoint[], type: string): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) return [tooMany(path, endpoints.length, MAX_ENDPOINTS)];
  return endpoints.flatMap((endpoint, index) => endpointErrors(`${path}[${index}]`, endpoint, type));
}
