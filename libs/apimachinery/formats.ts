import { type FieldError, type FieldPathLike, invalidValue, required } from './field-error.js';
import { byteLength } from './go-format.js';
import {
  DNS1123_SUBDOMAIN_MAX_LENGTH,
  inclusiveRangeMessage,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  maxLengthMessage,
  regexMessage,
} from './names.js';

/** Rules for other formats (apimachinery/pkg/util/validation/validation.go). Each returns messages; none if the text is valid. */

const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const ENV_VAR_NAME = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const CONFIG_MAP_KEY = '[-._a-zA-Z0-9]+';
const PERCENT = '[0-9]+%';
const HTTP_HEADER = '[-A-Za-z0-9]+';
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const cIdentifier = whole(C_IDENTIFIER);
const envVarName = whole(ENV_VAR_NAME);
const configMapKey = whole(CONFIG_MAP_KEY);
const percent = whole(PERCENT);
const httpHeader = whole(HTTP_HEADER);
const httpPath = whole(HTTP_PATH);

/** A C identifier. */
export function isCIdentifier(value: string): string[] {
  if (cIdentifier.test(value)) return [];
  const rule = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
  return [regexMessage(rule, C_IDENTIFIER, 'my_name', 'MY_NAME', 'MyName')];
}

function parentDirectory(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

/** The strict rule of an environment variable's name. */
export function isEnvVarName(value: string): string[] {
  const rule =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
  const messages = envVarName.test(value) ? [] : [regexMessage(rule, ENV_VAR_NAME, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')];
  return [...messages, ...parentDirectory(value)];
}

/**
 * The relaxed rule for an environment variable's name (RelaxedEnvironmentVariableValidation, on since 1.32): printable ASCII without '='.
 */
export function isRelaxedEnvVarName(value: string): string[] {
  const messages = value === '' ? ['environment variable name must be non-empty'] : [];
  if (!/^[ -<>-~]*$/.test(value))
    messages.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  return messages;
}

/** A key of a ConfigMap or Secret. */
export function isConfigMapKey(value: string): string[] {
  const messages: string[] = [];
  if (byteLength(value) > DNS1123_SUBDOMAIN_MAX_LENGTH) messages.push(maxLengthMessage(DNS1123_SUBDOMAIN_MAX_LENGTH));
  if (!configMapKey.test(value)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    messages.push(regexMessage(rule, CONFIG_MAP_KEY, 'key.name', 'KEY_NAME', 'key-name'));
  }
  return [...messages, ...parentDirectory(value)];
}

/** A port's number. */
export function isValidPortNum(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : [inclusiveRangeMessage(1, 65535)];
}

/** A port's name (RFC 6335, IANA_SVC_NAME). */
export function isValidPortName(port: string): string[] {
  const messages: string[] = [];
  if (byteLength(port) > 15) messages.push(maxLengthMessage(15));
  if (!/^[-a-z0-9]+$/.test(port)) messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(port)) messages.push('must contain at least one letter (a-z)');
  if (port.includes('--')) messages.push('must not contain consecutive hyphens');
  if (port.startsWith('-') || port.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
}

/** A number between two others. */
export function isInRange(value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [inclusiveRangeMessage(min, max)];
}

/** A user or group id: 0 to 2147483647. */
export function isValidUserID(id: number): string[] {
  return isInRange(id, 0, 2147483647);
}

/** A percentage: `25%`. */
export function isValidPercent(value: string): string[] {
  if (percent.test(value)) return [];
  return [regexMessage("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%')];
}

/** The name of an HTTP header. */
export function isHTTPHeaderName(value: string): string[] {
  if (httpHeader.test(value)) return [];
  return [regexMessage("a valid HTTP header must consist of alphanumeric characters or '-'", HTTP_HEADER, 'X-Header-Name')];
}

/** Signer names, CSI drivers …: a domain of at least three segments. */
export function isFullyQualifiedName(path: FieldPathLike, name: string): FieldError[] {
  if (name === '') return [required(path)];
  const messages = isDNS1123Subdomain(name);
  if (messages.length > 0) return [invalidValue(path, name, messages.join(','))];
  if (name.split('.').length < 3) return [invalidValue(path, name, 'should be a domain with at least three segments separated by dots')];
  return [];
}

/** A domain with at least two segments; a trailing dot is allowed. */
export function isFullyQualifiedDomainName(path: FieldPathLike, given: string): FieldError[] {
  if (given === '') return [required(path)];
  const name = given.endsWith('.') ? given.slice(0, -1) : given;
  const messages = isDNS1123Subdomain(name);
  if (messages.length > 0) return [invalidValue(path, name, messages.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) return [invalidValue(path, name, 'should be a domain with at least two segments separated by dots')];
  for (const label of labels) {
    const broken = isDNS1123Label(label);
    if (broken.length > 0) return [invalidValue(path, label, broken.join(','))];
  }
  return [];
}

/** `acme.io/foo`: a domain and a path. */
export function isDomainPrefixedPath(path: FieldPathLike, value: string): FieldError[] {
  if (value === '') return [required(path)];
  const slash = value.indexOf('/');
  const host = slash < 0 ? '' : value.slice(0, slash);
  const rest = slash < 0 ? '' : value.slice(slash + 1);
  if (host === '' || rest === '') return [invalidValue(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = isDNS1123Subdomain(host).map((message) => invalidValue(path, host, message));
  if (!httpPath.test(rest)) errors.push(invalidValue(path, rest, regexMessage('Invalid path', HTTP_PATH)));
  return errors;
}

/** `acme.io/foo`: a domain and a label key. */
export function isDomainPrefixedKey(path: FieldPathLike, key: string): FieldError[] {
  if (key === '') return [required(path)];
  const messages = isQualifiedName(key);
  if (messages.length > 0) return messages.map((message) => invalidValue(path, key, message));
  return key.includes('/') ? [] : [invalidValue(path, key, 'must be a domain-prefixed key (such as "acme.io/foo")')];
}

/** An HTTP path in a probe or an Ingress. */
export function isHTTPPath(value: string): string[] {
  return httpPath.test(value) ? [] : [regexMessage('Invalid path', HTTP_PATH)];
}
