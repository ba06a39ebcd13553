import {
  isConfigMapKey,
  isDomainPrefixedPath,
  isEnvVarName,
  isFullyQualifiedName,
  isRelaxedEnvVarName,
  isValidPercent,
  isValidPortName,
} from './formats.js';
import { isValidCIDR, isValidIP, isValidLegacyCIDR, isValidLegacyIP } from './ip-formats.js';
import {
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidLabelValue,
  isWildcardDNS1123Subdomain,
  nameIsDNSLabel,
  nameIsPathSegment,
} from './names.js';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

test.each<[string, (value: string) => string[], string, string[]]>([
  ['subdomain', isDNS1123Subdomain, 'a.b-c.1', []],
  ['subdomain', isDNS1123Subdomain, 'A', [SUBDOMAIN]],
  ['subdomain', isDNS1123Subdomain, 'a'.repeat(254), ['must be no more than 253 characters']],
  ['label', isDNS1123Label, 'a.b', ['must not contain dots']],
  ['label', isDNS1123Label, '-a', [LABEL]],
  ['label', isDNS1123Label, 'a'.repeat(64), ['must be no more than 63 characters']],
  ['1035', isDNS1035Label, 'a1', []],
  [
    '1035',
    isDNS1035Label,
    '1a',
    [expect.stringMatching(/^a DNS-1035 label must consist of .*'my-name', {2}or 'abc-123', regex/) as unknown as string],
  ],
  ['wildcard', isWildcardDNS1123Subdomain, '*.a.b', []],
  [
    'wildcard',
    isWildcardDNS1123Subdomain,
    'a.b',
    [expect.stringMatching(/^a wildcard DNS-1123 subdomain must start with '\*\.'/) as unknown as string],
  ],
  ['key', isQualifiedName, 'a.b/C_d', []],
  ['key', isQualifiedName, '/a', ['prefix part must be non-empty']],
  ['key', isQualifiedName, 'a/', ['name part must be non-empty', NAME_PART]],
  ['key', isQualifiedName, 'A_B/c', [`prefix part ${SUBDOMAIN}`]],
  ['key', isQualifiedName, 'a'.repeat(64), ['name part must be no more than 63 bytes']],
  ['value', isValidLabelValue, '', []],
  ['value', isValidLabelValue, 'a'.repeat(64), ['must be no more than 63 bytes']],
  ['env', isEnvVarName, '..a', ["must not start with '..'"]],
  ['relaxed env', isRelaxedEnvVarName, 'a b-1', []],
  [
    'relaxed env',
    isRelaxedEnvVarName,
    'a=b',
    ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
  ],
  ['config key', isConfigMapKey, '..', ["must not be '..'"]],
  ['port', isValidPortName, 'http', []],
  ['port', isValidPortName, '12', ['must contain at least one letter (a-z)']],
  ['port', isValidPortName, 'a--b-', ['must not contain consecutive hyphens', 'must not begin or end with a hyphen']],
  ['percent', isValidPercent, '5%', []],
  ['path segment', (value) => nameIsPathSegment(value, false), 'a/b%', ["may not contain '/'", "may not contain '%'"]],
  ['path segment', (value) => nameIsPathSegment(value, false), '..', ["may not be '..'"]],
  ['generateName', (value) => nameIsDNSLabel(value, true), 'abc-', []],
])('%s %#', (_, rule, value, messages) => {
  expect(rule(value)).toEqual(messages);
});

test.each<[string, (path: string, value: string) => Array<{ message: string }>, string, string[]]>([
  ['ip', isValidIP, '10.0.0.1', []],
  ['ip', isValidIP, '010.0.0.1', ['Invalid value: "010.0.0.1": must not have leading 0s']],
  ['ip', isValidIP, '::ffff:1.2.3.4', ['Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address']],
  ['ip', isValidIP, '2001:0db8::1', ['Invalid value: "2001:0db8::1": must be in canonical form ("2001:db8::1")']],
  ['legacy ip', isValidLegacyIP, '2001:0db8::1', []],
  ['ip', isValidIP, 'x', ['Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['ip', isValidIP, '1:2:3:4:5:6:7:8', []],
  ['ip', isValidIP, '1::2::3', ['Invalid value: "1::2::3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['cidr', isValidCIDR, '10.0.0.0/8', []],
  ['cidr', isValidCIDR, '10.0.0.1/8', ['Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length']],
  ['cidr', isValidCIDR, '10.0.0.0/33', ['Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['legacy cidr', isValidLegacyCIDR, '2001:0db8::/64', []],
  ['cidr', isValidCIDR, 'fd00:0:0::/64', ['Invalid value: "fd00:0:0::/64": must be in canonical form ("fd00::/64")']],
  ['qualified', isFullyQualifiedName, 'a.b', ['Invalid value: "a.b": should be a domain with at least three segments separated by dots']],
  ['path', isDomainPrefixedPath, 'a', ['Invalid value: "a": must be a domain-prefixed path (such as "acme.io/foo")']],
])('%s %s', (_, rule, value, messages) => {
  expect(rule('f', value).map(({ message }) => message)).toEqual(messages);
});
