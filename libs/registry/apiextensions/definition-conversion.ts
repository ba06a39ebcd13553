import type { apiextensionsv1 } from '#api';
import { append, type FieldError, fieldForbidden, invalidValue, isDNS1035Label, notSupported, required } from '#apimachinery';
import { serviceErrors, urlErrors } from '../admissionregistration/webhook-validation.js';

type Spec = Partial<apiextensionsv1.CustomResourceDefinitionSpec>;

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

function reviewVersionErrors(path: string, versions: readonly string[]): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    const at = `${path}[${index}]`;
    if (versions.indexOf(version) < index) errors.push(invalidValue(at, version, 'duplicate version'));
    else for (const message of isDNS1035Label(version)) errors.push(invalidValue(at, version, message));
  }
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  return errors;
}

function clientErrors(path: string, { url, service }: apiextensionsv1.WebhookClientConfig): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(path, 'exactly one of url or service is required')];
  return url === undefined ? serviceErrors(`${path}.service`, service ?? { name: '', namespace: '' }) : urlErrors(`${path}.url`, url);
}

/** What is wrong with how versions are converted. */
export function conversionErrors({ conversion, preserveUnknownFields }: Spec): FieldError[] {
  if (!conversion) return [];
  const { strategy = '', webhook } = conversion;
  const at = 'spec.conversion';
  const errors: FieldError[] = [];
  if (strategy !== 'None' && preserveUnknownFields)
    errors.push(invalidValue(`${at}.strategy`, strategy, 'must be None if spec.preserveUnknownFields is true'));
  if (strategy === '') errors.push(required(`${at}.strategy`));
  else if (strategy !== 'None' && strategy !== 'Webhook') errors.push(notSupported(`${at}.strategy`, strategy, ['None', 'Webhook']));
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  if (strategy !== 'Webhook') {
    const text = 'should not be set when strategy is not set to Webhook';
    if (clientConfig) errors.push(fieldForbidden(`${at}.webhookClientConfig`, text));
    if (conversionReviewVersions.length > 0) errors.push(fieldForbidden(`${at}.conversionReviewVersions`, text));
    return errors;
  }
  if (clientConfig) append(errors, clientErrors(`${at}.webhookClientConfig`, clientConfig));
  else errors.push(required(`${at}.webhookClientConfig`, 'required when strategy is set to Webhook'));
  return [...errors, ...reviewVersionErrors(`${at}.conversionReviewVersions`, conversionReviewVersions)];
}
