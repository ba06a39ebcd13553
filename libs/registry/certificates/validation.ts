import { X509Certificate } from 'node:crypto';
import type { certificatesv1 } from '#api';
import {
  append,
  deepEqual,
  duplicate,
  type FieldError,
  fieldForbidden,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  notSupported,
  required,
  tooLong,
} from '#apimachinery';
import { parseRequest } from '#pki';
import { repeats } from '../repeats.js';

type CSR = certificatesv1.CertificateSigningRequest;
type Condition = certificatesv1.CertificateSigningRequestCondition;

const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_SECONDS = 600;
const MAX_DOMAIN = 253;
/** A label, a dot and a subdomain. */
const MAX_SIGNER_PATH = 317;
const TRUE_ONLY = ['Approved', 'Denied', 'Failed'];
const BEGIN = /-----BEGIN ([A-Z0-9 ]+)-----/g;
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

/** The messages for the first invalid label. */
function firstBroken(path: string, part: string, rule: (label: string) => string[]): FieldError[] {
  const broken = part.split('.').find((label) => rule(label).length > 0);
  return broken === undefined ? [] : rule(broken).map((message) => invalidValue(path, part, `validating label "${broken}": ${message}`));
}

/** `example.com/name`: a domain and a path (core/validation ValidateSignerName). */
function signerName(path: string, name: string): FieldError[] {
  if (name === '') return [required(path)];
  const segments = name.split('/');
  const [domain = '', rest = ''] = segments;
  if (segments.length !== 2)
    return [invalidValue(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  const errors = domain.length > MAX_DOMAIN ? [tooLong(path, '', MAX_DOMAIN)] : [];
  append(errors, firstBroken(path, domain, isDNS1123Label));
  if (!domain.includes('.')) errors.push(invalidValue(path, domain, 'should be a domain with at least two segments separated by dots'));
  append(errors, firstBroken(path, rest, isDNS1123Subdomain));
  return rest.length > MAX_SIGNER_PATH ? [...errors, tooLong(path, '', MAX_SIGNER_PATH)] : errors;
}

function usageErrors(usages: readonly string[], old: readonly string[] | undefined): FieldError[] {
  if (usages.length === 0) return [required('spec.usages')];
  const unknownAllowed = old?.some((usage) => !USAGES.includes(usage)) ?? false;
  const doubledAllowed = old !== undefined && new Set(old).size < old.length;
  const unknown = usages.flatMap((usage, i) =>
    unknownAllowed || USAGES.includes(usage) ? [] : [notSupported(`spec.usages[${i}]`, usage, USAGES)],
  );
  const doubled = doubledAllowed ? [] : [...repeats(usages)].map((i) => duplicate(`spec.usages[${i}]`, usages[i]));
  return [...unknown, ...doubled];
}

function conditionErrors(conditions: readonly Condition[]): FieldError[] {
  const path = 'status.conditions';
  const seen = new Set<string>();
  return conditions.flatMap(({ type = '', status = '' }, index) => {
    const errors: FieldError[] = type === '' ? [required(`${path}[${index}].type`)] : [];
    const allowed = TRUE_ONLY.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') errors.push(required(`${path}[${index}].status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${path}[${index}].status`, status, allowed));
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (opposite && seen.has(opposite)) errors.push(invalidValue(path, type, 'Approved and Denied conditions are mutually exclusive'));
    if (seen.has(type)) errors.push(duplicate(`${path}[${index}].type`, type));
    seen.add(type);
    return errors;
  });
}

/** The PEM blocks of a text, each with its type. */
function* pemBlocks(text: string): Generator<{ type: string; block: string }> {
  BEGIN.lastIndex = 0;
  for (let start = BEGIN.exec(text); start !== null; start = BEGIN.exec(text)) {
    const [, type = ''] = start;
    const mark = `-----END ${type}-----`;
    const end = text.indexOf(mark, start.index);
    // If there is no end marker here, there is none further on.
    if (end < 0) return;
    BEGIN.lastIndex = end + mark.length;
    yield { type, block: text.slice(start.index, end + mark.length) };
  }
}

/** Why an issued certificate is invalid; undefined if it is valid (validateCertificate). */
function certificateTrouble(base64: string): string | undefined {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const blocks = [...pemBlocks(text)];
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block';
  for (const { type, block } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found "${type}"`;
    try {
      new X509Certificate(block);
    } catch (error) {
      return `x509: malformed certificate: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}

/** certificates/validation validateCertificateSigningRequest. */
export function validateRequest({ spec, status = {} }: CSR, old?: CSR): FieldError[] {
  const {
    request = '',
    usages = [],
    signerName: signer = '',
    expirationSeconds,
  } = spec ?? ({} as certificatesv1.CertificateSigningRequestSpec);
  const parsed = parseRequest(request);
  const errors: FieldError[] = [];
  if (typeof parsed === 'string') errors.push(invalidValue('spec.request', request, parsed));
  else if (!parsed.signed) errors.push(invalidValue('spec.request', request, 'x509: signature check failed'));
  append(errors, usageErrors(usages, old?.spec?.usages));
  if (signer === LEGACY_SIGNER && old?.spec?.signerName !== LEGACY_SIGNER)
    errors.push(invalidValue('spec.signerName', signer, 'the legacy signerName is not allowed via this API version'));
  else append(errors, signerName('spec.signerName', signer));
  if (expirationSeconds !== undefined && expirationSeconds < MIN_SECONDS)
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  append(errors, conditionErrors(status.conditions ?? []));
  if (!status.certificate || status.certificate === old?.status?.certificate) return errors;
  const trouble = certificateTrouble(status.certificate);
  return trouble === undefined ? errors : [...errors, invalidValue('status.certificate', '<certificate data>', trouble)];
}

const ofType = ({ status }: CSR, type: string): Condition[] => (status?.conditions ?? []).filter((condition) => condition.type === type);

function decisionErrors(object: CSR, old: CSR): FieldError[] {
  return ['Approved', 'Denied'].flatMap((type) => {
    const [now, was] = [ofType(object, type), ofType(old, type)];
    if (now.length > was.length) return [fieldForbidden('status.conditions', `updates may not add a condition of type "${type}"`)];
    if (now.length === was.length && !deepEqual(now, was))
      return [fieldForbidden('status.conditions', `updates may not modify a condition of type "${type}"`)];
    return [];
  });
}

/** The same for an update; which of its parts may change depends on the subresource (validateCertificateSigningRequestUpdate). */
export function validateRequestUpdate(object: CSR, old: CSR, may: { maySetDecision?: boolean; maySetCertificate?: boolean }): FieldError[] {
  const errors = validateRequest(object, old);
  for (const type of TRUE_ONLY) {
    if (ofType(object, type).length < ofType(old, type).length)
      errors.push(fieldForbidden('status.conditions', `updates may not remove a condition of type "${type}"`));
  }
  if (!may.maySetDecision) append(errors, decisionErrors(object, old));
  const [now = '', was = ''] = [object.status?.certificate, old.status?.certificate];
  if (now === was) return errors;
  const certificate = 'status.certificate';
  if (!may.maySetCertificate) errors.push(fieldForbidden(certificate, 'updates may not set certificate content'));
  else if (was !== '') errors.push(fieldForbidden(certificate, 'updates may not modify existing certificate content'));
  return errors;
}
