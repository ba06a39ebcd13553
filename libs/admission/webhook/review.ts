import { goQuote, isJsonObject, type KubeObject, type Status } from '#apimachinery';
import type { WebhookReview } from '#apiserver';
import type { AdmissionRequest } from '../matching/admission-request.js';
import type { Matched } from '../matching/matched.js';
import { optionsObject, requestOf } from '../matching/request-parts.js';

/** The versions of AdmissionReview. */
export const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** The texts of the request's objects, in the version of a match. */
export interface ObjectTexts {
  object: string;
  oldObject: string;
}

/** JSON of an object that may be missing. */
export const objectText = (object: KubeObject | undefined): string => (object === undefined ? 'null' : JSON.stringify(object));

/** The text of an AdmissionReview. The texts of large objects are shared by all webhooks that see the same version. */
export function reviewText(
  request: AdmissionRequest,
  matched: Matched,
  sent: { version: string; uid: string; texts: ObjectTexts },
): string {
  const { dryRun } = request.attributes;
  const { version, uid, texts } = sent;
  const head = JSON.stringify({ uid, ...requestOf(request, matched) }).slice(0, -1);
  const options = JSON.stringify(optionsObject(request.attributes));
  const parts = `${head},"object":${texts.object},"oldObject":${texts.oldObject},"dryRun":${dryRun},"options":${options}}`;
  return `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/${version}","request":${parts}}`;
}

/** What a webhook has answered. */
export interface AdmissionResponse {
  allowed: boolean;
  result: Partial<Status> | undefined;
  /** The JSON patch, as bytes. */
  patch: Buffer;
  patchType: string;
  warnings: readonly string[];
  auditAnnotations: Readonly<Record<string, string>>;
}

/** The answer is not valid: the message says why. */
export class InvalidResponse extends Error {}

interface Given {
  uid?: unknown;
  allowed?: unknown;
  status?: unknown;
  patch?: unknown;
  patchType?: unknown;
  auditAnnotations?: unknown;
  warnings?: unknown;
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');

/** The types of the response's fields, as Go's decoder sees them. */
const FIELDS: ReadonlyArray<readonly [keyof Given, string, (value: unknown) => boolean]> = [
  ['uid', 'types.UID', (value) => typeof value === 'string'],
  ['allowed', 'bool', (value) => typeof value === 'boolean'],
  ['status', 'v1.Status', isJsonObject],
  ['patch', '[]uint8', (value) => typeof value === 'string'],
  ['patchType', 'v1.PatchType', (value) => typeof value === 'string'],
  ['auditAnnotations', 'map[string]string', (value) => isJsonObject(value) && isTexts(Object.values(value))],
  ['warnings', '[]string', isTexts],
];

const jsonType = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
};

function decodeResponse(response: unknown): Given | undefined {
  if (response === undefined || response === null) return undefined;
  if (!isJsonObject(response))
    throw new InvalidResponse(
      `json: cannot unmarshal ${jsonType(response)} into Go struct field AdmissionReview.response of type v1.AdmissionResponse`,
    );
  for (const [name, type, fits] of FIELDS) {
    const value = response[name];
    if (value !== undefined && value !== null && !fits(value))
      throw new InvalidResponse(
        `json: cannot unmarshal ${jsonType(value)} into Go struct field AdmissionResponse.response.${name} of type ${type}`,
      );
  }
  return response;
}

function checkPatch(patch: Buffer, patchType: string | undefined, mutating: boolean): void {
  if (!mutating) {
    if (patch.length > 0) throw new InvalidResponse('validating webhook may not return response.patch');
    if (patchType !== undefined) throw new InvalidResponse('validating webhook may not return response.patchType');
    return;
  }
  if (patch.length > 0 && patchType === undefined) throw new InvalidResponse('webhook returned response.patch but not response.patchType');
  if (patch.length === 0 && patchType !== undefined)
    throw new InvalidResponse('webhook returned response.patchType but not response.patch');
  if (patchType === '') throw new InvalidResponse('webhook returned invalid response.patchType of ""');
}

/** Checks an answer (webhook/request VerifyAdmissionResponse). Throws InvalidResponse. */
export function responseOf(
  review: WebhookReview,
  { uid, mutating, version }: { uid: string; mutating: boolean; version: string },
): AdmissionResponse {
  const given = decodeResponse(review.response);
  if (given === undefined) throw new InvalidResponse('webhook response was absent');
  const patch = Buffer.from((given.patch as string | null | undefined) ?? '', 'base64');
  const patchType = (given.patchType as string | null | undefined) ?? undefined;
  if (version === 'v1') {
    if (given.uid !== uid) throw new InvalidResponse(`expected response.uid=${goQuote(uid)}, got ${goQuote(String(given.uid ?? ''))}`);
    if (review.apiVersion !== 'admission.k8s.io/v1') {
      const [group = '', answered = ''] = review.apiVersion.split('/');
      throw new InvalidResponse(
        `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${group}/${answered}, Kind=${review.kind}`,
      );
    }
    checkPatch(patch, patchType, mutating);
  }
  return {
    allowed: given.allowed === true,
    result: (given.status as Partial<Status> | null | undefined) ?? undefined,
    patch: mutating ? patch : Buffer.alloc(0),
    patchType: version === 'v1' ? (patchType ?? '') : 'JSONPatch',
    warnings: (given.warnings as string[] | null | undefined) ?? [],
    auditAnnotations: (given.auditAnnotations as Record<string, string> | null | undefined) ?? {},
  };
}
