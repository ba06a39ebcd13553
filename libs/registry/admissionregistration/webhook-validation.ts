import type { admissionregistrationv1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  invalidValue,
  isDNS1035Label,
  isDNS1123Subdomain,
  isFullyQualifiedName,
  isValidPortNum,
  notSupported,
  required,
} from '#apimachinery';
import { hasInvalidSelectorValue, labelSelector } from '../rules/selector.js';
import { eachInvalid } from '../rules/text.js';
import { tooMuchToCompile } from './expressions.js';
import { matchConditionErrors, ruleErrors } from './rules.js';

const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const FAILURE_POLICIES = ['Fail', 'Ignore'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const FORM = '; desired format: https://host[/path]';

/** Either kind of webhook; only mutating ones have a reinvocationPolicy. */
export type Webhook = admissionregistrationv1.ValidatingWebhook & Pick<admissionregistrationv1.MutatingWebhook, 'reinvocationPolicy'>;

/** Existing values may violate a rule that was made stricter later. */
interface WebhookOptions {
  requireNoSideEffects: boolean;
  requireKnownVersion: boolean;
  requireUniqueNames: boolean;
  allowInvalidValues: boolean;
}

/** ValidateWebhookURL. */
export function urlErrors(path: string, text: string): FieldError[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return [required(path, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URI for request${FORM}`)];
  }
  const errors: FieldError[] = [];
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'https') errors.push(invalidValue(path, scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (url.host === '') errors.push(invalidValue(path, url.host, `host must be specified${FORM}`));
  if (url.username !== '' || url.password !== '')
    errors.push(invalidValue(path, url.username, 'user information is not permitted in the URL'));
  if (url.hash !== '') errors.push(invalidValue(path, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search !== '') errors.push(invalidValue(path, url.search.slice(1), 'query parameters are not permitted in the URL'));
  return errors;
}

function servicePathErrors(at: string, path: string): FieldError[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalidValue(at, path, 'segment[0] may not be empty')];
  const errors = path.startsWith('/') ? [] : [invalidValue(at, path, "must start with a '/'")];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  segments.forEach((segment, index) => {
    if (segment === '') errors.push(invalidValue(at, path, `segment[${index}] may not be empty`));
    else
      append(
        errors,
        eachInvalid(
          at,
          path,
          isDNS1123Subdomain(segment).map((message) => `segment[${index}]: ${message}`),
        ),
      );
  });
  return errors;
}

/** ValidateWebhookService. */
export function serviceErrors(
  path: string,
  { name, namespace, port = 443, path: servicePath }: admissionregistrationv1.ServiceReference,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${path}.name`));
  if (!namespace) errors.push(required(`${path}.namespace`));
  const messages = isValidPortNum(port);
  if (messages.length > 0) errors.push(invalidValue(`${path}.port`, port, `port is not valid: ${messages.join(', ')}`));
  return servicePath === undefined ? errors : [...errors, ...servicePathErrors(`${path}.path`, servicePath)];
}

/** The endpoint of a webhook: a URL or a service (apiserver/pkg/util/webhook/validation.go). Also used for conversion webhooks of CRDs. */
function clientConfigErrors(path: string, { url, service }: Partial<admissionregistrationv1.WebhookClientConfig> = {}): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(path, 'exactly one of url or service is required')];
  if (url !== undefined) return urlErrors(`${path}.url`, url);
  return service ? serviceErrors(`${path}.service`, service) : [];
}

function versionErrors(path: string, versions: readonly string[] = [], requireKnown: boolean): FieldError[] {
  const known = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) return [required(path, `must specify one of ${known}`)];
  const seen = new Set<string>();
  const errors = versions.flatMap((version, index) => {
    const at = `${path}[${index}]`;
    const isRepeated = seen.has(version);
    seen.add(version);
    return isRepeated ? [invalidValue(at, version, 'duplicate version')] : eachInvalid(at, version, isDNS1035Label(version));
  });
  if (requireKnown && !versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${known}`));
  return errors;
}

function choice(path: string, value: string | undefined, values: readonly string[]): FieldError[] {
  return value !== undefined && !values.includes(value) ? [notSupported(path, value, values)] : [];
}

function webhookErrors(path: string, hook: Webhook, options: WebhookOptions): FieldError[] {
  const effects = options.requireNoSideEffects ? NO_SIDE_EFFECTS : SIDE_EFFECTS;
  const { timeoutSeconds: timeout } = hook;
  return [
    ...isFullyQualifiedName(`${path}.name`, hook.name ?? ''),
    ...(hook.rules ?? []).flatMap((rule, index) => ruleErrors(`${path}.rules[${index}]`, rule)),
    ...choice(`${path}.failurePolicy`, hook.failurePolicy, FAILURE_POLICIES),
    ...choice(`${path}.matchPolicy`, hook.matchPolicy, MATCH_POLICIES),
    ...(hook.sideEffects
      ? choice(`${path}.sideEffects`, hook.sideEffects, effects)
      : [required(`${path}.sideEffects`, `must specify one of ${effects.join(', ')}`)]),
    ...choice(`${path}.reinvocationPolicy`, hook.reinvocationPolicy, ['IfNeeded', 'Never']),
    ...(timeout !== undefined && (timeout > 30 || timeout < 1)
      ? [invalidValue(`${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...labelSelector(`${path}.namespaceSelector`, hook.namespaceSelector, options),
    ...labelSelector(`${path}.objectSelector`, hook.objectSelector, options),
    ...clientConfigErrors(`${path}.clientConfig`, hook.clientConfig),
    ...matchConditionErrors(`${path}.matchConditions`, hook.matchConditions),
  ];
}

function optionsFor(old: readonly Webhook[] | undefined): WebhookOptions {
  const names = (old ?? []).map(({ name }) => name);
  return {
    requireNoSideEffects: !old || old.every(({ sideEffects }) => NO_SIDE_EFFECTS.includes(sideEffects)),
    requireKnownVersion: !old?.some(
      ({ admissionReviewVersions: versions = [] }) => versions.length > 0 && !versions.some((each) => REVIEW_VERSIONS.includes(each)),
    ),
    requireUniqueNames: new Set(names).size === names.length,
    allowInvalidValues:
      old?.some((hook) => hasInvalidSelectorValue(hook.namespaceSelector) || hasInvalidSelectorValue(hook.objectSelector)) ?? false,
  };
}

/** All webhooks of a configuration (validateMutatingWebhookConfiguration, validateValidatingWebhookConfiguration). */
export function webhooksErrors(webhooks: readonly Webhook[] = [], old?: readonly Webhook[]): FieldError[] {
  const conditions = webhooks.flatMap(({ matchConditions = [] }) => matchConditions.map(({ expression }) => expression));
  const tooMuch = tooMuchToCompile('webhooks', conditions);
  if (tooMuch) return [tooMuch];
  const options = optionsFor(old);
  const seen = new Set<string>();
  return webhooks.flatMap((hook, index) => {
    const path = `webhooks[${index}]`;
    const errors = webhookErrors(path, hook, options);
    append(errors, versionErrors(`${path}.admissionReviewVersions`, hook.admissionReviewVersions, options.requireKnownVersion));
    if (options.requireUniqueNames && hook.name && seen.has(hook.name)) errors.push(duplicate(`${path}.name`, hook.name));
    seen.add(hook.name);
    return errors;
  });
}
