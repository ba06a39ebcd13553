import type { apiextensionsv1 } from '#api';
import {
  aggregateFieldErrors,
  failureStatus,
  fieldPath,
  goQuote,
  internalError,
  isJsonObject,
  type KubeObject,
  StatusError,
  validateAnnotations,
  validateLabels,
} from '#apimachinery';
import { type Conversion, WebhookCallError, WebhookConfigError, type WebhookReview } from '#apiserver';

type Webhook = apiextensionsv1.WebhookConversion;
type Json = Record<string, unknown>;

const API = 'apiextensions.k8s.io';
const VERSIONS = ['v1', 'v1beta1'];

const failure = (message: string): StatusError => new StatusError(failureStatus({ code: 500, message }));

/** A Go GroupVersionKind as text. */
const named = ({ apiVersion, kind }: KubeObject): string => `${apiVersion}, Kind=${kind}`;

/** A Go type's name in errors. */
function typeName(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (value === null || value === undefined) return '<nil>';
  return { string: 'string', number: 'int64', boolean: 'bool' }[typeof value as string] ?? 'map[string]interface {}';
}

/** The objects of an answer (getConvertedObjectsFromResponse). Throws Error. */
function objectsOf({ apiVersion, kind, response }: WebhookReview, uid: string, asked: string): unknown[] {
  if (asked === 'v1' && apiVersion !== `${API}/v1`) {
    throw new Error(`expected webhook response of ${API}/v1, Kind=ConversionReview, got ${apiVersion}, Kind=${kind}`);
  }
  if (!isJsonObject(response)) throw new Error('no response provided');
  if (asked === 'v1' && response.uid !== uid) {
    throw new Error(`expected response.uid=${goQuote(uid)}, got ${goQuote(String(response.uid ?? ''))}`);
  }
  const result = isJsonObject(response.result) ? response.result : {};
  if (result.status !== 'Success') {
    const { message, status = '' } = result;
    throw new Error(message ? String(message) : `response.result.status was '${status}', not 'Success'`);
  }
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

/** Throws Error if an object is not the one that was sent (validateConvertedObject). */
function checkSame({ metadata: before }: KubeObject, after: Json): void {
  for (const [field, label] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const is = String(after[field] ?? '');
    if ((before[field] ?? '') !== is) throw new Error(`must have the same ${label}: ${before[field] ?? ''} != ${is}`);
  }
}

/** The labels or annotations of an answer. Throws Error. */
function textsOf(field: 'labels' | 'annotations', value: unknown, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  if (!isJsonObject(value)) throw new Error(`invalid metadata.${field} of type ${typeName(value)} in converted object`);
  const wrong = Object.entries(value).find(([, text]) => typeof text !== 'string');
  if (wrong) throw new Error(`metadata.${field}[${wrong[0]}] must be a string, but is ${typeName(wrong[1])} in converted object`);
  const texts = value as Record<string, string>;
  const same = Object.keys(before).length === Object.keys(texts).length && Object.keys(texts).every((key) => before[key] === texts[key]);
  if (same) return texts;
  const errors =
    field === 'labels'
      ? validateLabels(texts, fieldPath('metadata', 'labels'))
      : validateAnnotations(texts, fieldPath('metadata', 'annotation'));

  if (errors.length > 0) throw new Error(aggregateFieldErrors(errors));
  return texts;
}

/** The metadata of before, with the labels and annotations of an answer (restoreObjectMeta). Throws Error. */
function restored({ metadata }: KubeObject, answered: Json): KubeObject['metadata'] {
  const { labels: _labels, annotations: _annotations, ...kept } = structuredClone(metadata);
  const made: KubeObject['metadata'] = kept;
  for (const field of ['labels', 'annotations'] as const) {
    const value = answered[field];
    if (value !== undefined && value !== null) made[field] = textsOf(field, value, metadata[field]);
  }
  return made;
}

function take(original: KubeObject, answered: unknown, index: number, apiVersion: string): KubeObject {
  const start = `conversion webhook for ${named(original)} returned invalid`;
  if (!isJsonObject(answered)) throw failure(`${start} converted object at index ${index}: unexpected type ${typeName(answered)}`);
  const { apiVersion: version = '', kind = '', metadata } = answered;
  if (version !== apiVersion)
    throw failure(`${start} object at index 0: invalid groupVersion (expected ${apiVersion}, received ${version})`);
  if (kind !== original.kind) throw failure(`${start} object at index 0: invalid kind (expected ${original.kind}, received ${kind})`);
  try {
    checkSame(original, isJsonObject(metadata) ? metadata : {});
  } catch (error) {
    throw failure(`${start} object: ${(error as Error).message}`);
  }
  try {
    if (!isJsonObject(metadata))
      throw new Error(
        metadata === undefined
          ? 'missing metadata in converted object'
          : `invalid metadata of type ${typeName(metadata)} in converted object`,
      );
    return { ...answered, apiVersion, kind: original.kind, metadata: restored(original, metadata) };
  } catch (error) {
    throw failure(`${start} metadata: ${(error as Error).message}`);
  }
}

/** Asks a webhook for objects in another version (apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go). */
export function webhookConversion({ clientConfig, conversionReviewVersions }: Webhook): NonNullable<Conversion['convert']> {
  return async (objects, apiVersion, { webhooks, random }) => {
    const sent = objects.filter((object) => object.apiVersion !== apiVersion);
    const [first] = sent;
    if (first === undefined) return [...objects];
    const version = conversionReviewVersions.find((one) => VERSIONS.includes(one));
    if (version === undefined) throw failure('no supported conversion review versions');
    const { uid: of = '', name, resourceVersion = '' } = first.metadata;
    const uid = random.draw('conversion-review', `${of} ${name} ${resourceVersion} ${apiVersion}`).uuid();
    const body = JSON.stringify({
      kind: 'ConversionReview',
      apiVersion: `${API}/${version}`,
      request: { uid, desiredAPIVersion: apiVersion, objects: sent },
    });
    let answered: unknown[];
    try {
      const call = { config: clientConfig ?? {}, body, kind: 'ConversionReview', apiVersions: VERSIONS.map((one) => `${API}/${one}`) };
      answered = objectsOf(await webhooks.call(call as Parameters<typeof webhooks.call>[0]), uid, version);
    } catch (error) {
      // The handler of the kind cannot be made without a client (apiextensions-apiserver getOrCreateServingInfoFor).
      if (error instanceof WebhookConfigError) throw internalError('error resolving resource');
      if (error instanceof WebhookCallError || (error instanceof Error && error.constructor === Error))
        throw failure(`conversion webhook for ${named(first)} failed: ${error.message}`);
      throw error;
    }
    if (answered.length !== sent.length)
      throw failure(`conversion webhook for ${named(first)} returned ${answered.length} objects, expected ${sent.length}`);
    let next = 0;
    return objects.map((object) => {
      if (object.apiVersion === apiVersion) return object;
      const index = next++;
      return take(object, answered[index], index, apiVersion);
    });
  };
}
