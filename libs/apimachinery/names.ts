import { append } from './append.js';
import { byteLength } from './go-format.js';

/**
 * The rules for names, labels and keys with upstream's messages (apimachinery/pkg/util/validation/validation.go and api/validate/content).
 * Each returns one message per violated rule.
 */

const DNS1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS1123_SUBDOMAIN = `${DNS1123_LABEL}(\\.${DNS1123_LABEL})*`;
const DNS1123_LABEL_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const DNS1123_SUBDOMAIN_UNDERSCORE = `${DNS1123_LABEL_UNDERSCORE}(\\.${DNS1123_LABEL_UNDERSCORE})*`;
const DNS1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const WILDCARD_SUBDOMAIN = `\\*\\.${DNS1123_SUBDOMAIN}`;
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${LABEL_KEY})?`;

/** The longest DNS label. */
const DNS1123_LABEL_MAX_LENGTH = 63;
/** The longest DNS subdomain. */
export const DNS1123_SUBDOMAIN_MAX_LENGTH = 253;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const SUBDOMAIN_UNDERSCORE_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const DNS1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const WILDCARD_RULE =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const LABEL_KEY_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const patterns = {
  label: whole(DNS1123_LABEL),
  subdomain: whole(DNS1123_SUBDOMAIN),
  subdomainUnderscore: whole(DNS1123_SUBDOMAIN_UNDERSCORE),
  dns1035: whole(DNS1035_LABEL),
  wildcard: whole(WILDCARD_SUBDOMAIN),
  labelKey: whole(LABEL_KEY),
  labelValue: whole(LABEL_VALUE),
};

/** What is said of a text that does not match: made once, as there may be very many such texts. */
const unmatched = {
  subdomain: regexMessage(SUBDOMAIN_RULE, DNS1123_SUBDOMAIN, 'example.com'),
  subdomainUnderscore: regexMessage(SUBDOMAIN_UNDERSCORE_RULE, DNS1123_SUBDOMAIN_UNDERSCORE, 'example.com'),
  label: regexMessage(LABEL_RULE, DNS1123_LABEL, 'my-name', '123-abc'),
  dns1035: regexMessage(DNS1035_RULE, DNS1035_LABEL, 'my-name', 'abc-123'),
  wildcard: regexMessage(WILDCARD_RULE, WILDCARD_SUBDOMAIN, '*.example.com'),
  labelValue: regexMessage(LABEL_VALUE_RULE, LABEL_VALUE, 'MyValue', 'my_value', '12345'),
  labelKey: regexMessage(LABEL_KEY_RULE, LABEL_KEY, 'MyName', 'my.name', '123-abc'),
};

/** `must be no more than N characters`. */
export function maxLengthMessage(length: number): string {
  return `must be no more than ${length} characters`;
}

/** `must be no more than N bytes` (the newer wording, of label keys and values). */
export function maxBytesMessage(length: number): string {
  return `must be no more than ${length} bytes`;
}

/** `must be between A and B, inclusive`. */
export function inclusiveRangeMessage(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** A rule, examples and the regular expression in upstream's format. */
export function regexMessage(rule: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${rule} (regex used for validation is '${pattern}')`;
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

/** A DNS subdomain (RFC 1123): the rule for most objects' names. */
export function isDNS1123Subdomain(value: string): string[] {
  const messages: string[] = [];
  if (byteLength(value) > DNS1123_SUBDOMAIN_MAX_LENGTH) messages.push(maxLengthMessage(DNS1123_SUBDOMAIN_MAX_LENGTH));
  if (!patterns.subdomain.test(value)) messages.push(unmatched.subdomain);
  return messages;
}

/** A DNS subdomain whose labels may contain underscores, also at the beginning. */
export function isDNS1123SubdomainWithUnderscore(value: string): string[] {
  const messages: string[] = [];
  if (byteLength(value) > DNS1123_SUBDOMAIN_MAX_LENGTH) messages.push(maxLengthMessage(DNS1123_SUBDOMAIN_MAX_LENGTH));
  if (!patterns.subdomainUnderscore.test(value)) messages.push(unmatched.subdomainUnderscore);
  return messages;
}

/** A DNS label (RFC 1123): namespaces, containers, volumes. */
export function isDNS1123Label(value: string): string[] {
  const messages: string[] = [];
  if (byteLength(value) > DNS1123_LABEL_MAX_LENGTH) messages.push(maxLengthMessage(DNS1123_LABEL_MAX_LENGTH));
  if (!patterns.label.test(value)) {
    const onlyDots = patterns.subdomain.test(value);
    messages.push(onlyDots ? 'must not contain dots' : unmatched.label);
  }
  return messages;
}

/** A DNS label (RFC 1035), which begins with a letter: Services. */
export function isDNS1035Label(value: string): string[] {
  const messages: string[] = [];
  if (byteLength(value) > DNS1123_LABEL_MAX_LENGTH) messages.push(maxLengthMessage(DNS1123_LABEL_MAX_LENGTH));
  if (!patterns.dns1035.test(value)) messages.push(unmatched.dns1035);
  return messages;
}

/** `*.` and a DNS subdomain: hosts of Ingresses. */
export function isWildcardDNS1123Subdomain(value: string): string[] {
  const messages: string[] = [];
  if (byteLength(value) > DNS1123_SUBDOMAIN_MAX_LENGTH) messages.push(maxLengthMessage(DNS1123_SUBDOMAIN_MAX_LENGTH));
  if (!patterns.wildcard.test(value)) messages.push(unmatched.wildcard);
  return messages;
}

const LABEL_NAME_MESSAGE = `a valid label key ${unmatched.labelKey} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;

/** Keys known to be valid: the same few label keys are checked over and over. Limited in size. */
const goodKeys = new Set<string>();
const GOOD_KEYS = 4096;

function checkQualifiedName(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) return [LABEL_NAME_MESSAGE];
  const messages: string[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const name = parts[parts.length - 1] ?? '';
  if (prefix === '') messages.push('prefix part must be non-empty');
  else if (prefix !== undefined)
    append(
      messages,
      isDNS1123Subdomain(prefix).map((message) => `prefix part ${message}`),
    );
  if (name === '') messages.push('name part must be non-empty');
  else if (byteLength(name) > 63) messages.push(`name part ${maxBytesMessage(63)}`);
  if (!patterns.labelKey.test(name)) messages.push(`name part ${unmatched.labelKey}`);
  return messages;
}

/** A qualified name: label keys, annotation keys (in lower case), finalizers, resource names. */
export function isQualifiedName(value: string): string[] {
  if (goodKeys.has(value)) return [];
  const messages = checkQualifiedName(value);
  if (messages.length === 0 && value.length < 320) {
    // Forgets all when it is full, so that a key which is checked several times in a row is always known.
    if (goodKeys.size >= GOOD_KEYS) goodKeys.clear();
    goodKeys.add(value);
  }
  return messages;
}

/** A label's value. */
export function isValidLabelValue(value: string): string[] {
  const messages: string[] = [];
  if (byteLength(value) > 63) messages.push(maxBytesMessage(63));
  if (!patterns.labelValue.test(value)) messages.push(unmatched.labelValue);
  return messages;
}

/** The rule for a resource's names; `prefix`: something will be appended (generateName). */
export type NameRule = (name: string, prefix: boolean) => string[];

/** A trailing dash is allowed in a generateName; upstream masks it together with the character before it. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** Names that are DNS subdomains: the default rule. */
export const nameIsDNSSubdomain: NameRule = (name, prefix) => isDNS1123Subdomain(prefix ? maskTrailingDash(name) : name);

/** Names that are DNS labels: namespaces. */
export const nameIsDNSLabel: NameRule = (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name);

/** Names that are RFC 1035 labels: services. */
export const nameIsDNS1035Label: NameRule = (name, prefix) => isDNS1035Label(prefix ? maskTrailingDash(name) : name);

/** Names that are valid path segments (ClusterRoles, Leases …): not '.' or '..', without '/' and '%' (api/validate/content/path.go). */
export const nameIsPathSegment: NameRule = (name, prefix) => {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};
