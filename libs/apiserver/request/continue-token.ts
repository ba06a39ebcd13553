/** Where a list continues: after `key`, as of `revision`; -1 is "the newest" (the inconsistent token that a 410 offers). */
export interface ContinueToken {
  /** The first key to read. */
  start: string;
  revision: number;
}

/** A token that cannot be parsed, with the reason; the list answers 400 with it. */
export class InvalidContinue extends Error {}

const VERSION = 'meta.k8s.io/v1';

/** Upstream's token: base64 (raw, URL alphabet) of {v, rv, start} (apiserver/pkg/storage/continue.go). `lastKey` is the last key read. */
export function encodeContinue(lastKey: string, prefix: string, revision: number): string {
  const token = { v: VERSION, rv: revision, start: `${lastKey.slice(prefix.length)}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Decodes a token. Throws InvalidContinue with upstream's message. */
export function decodeContinue(text: string, prefix: string): ContinueToken {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    const at = text.search(/[^A-Za-z0-9_-]/);
    throw new InvalidContinue(`continue key is not valid: illegal base64 data at input byte ${at}`);
  }
  const token = parse(Buffer.from(text, 'base64url').toString('utf8'));
  if (token.v !== VERSION)
    throw new InvalidContinue(`continue key is not valid: server does not recognize this encoded version ${token.v ?? ''}`);
  if (typeof token.rv === 'number' && !isInt64(token.rv)) {
    const message = `json: cannot unmarshal number ${token.rv} into Go struct field continueToken.rv of type int64`;
    throw new InvalidContinue(`continue key is not valid: ${message}`);
  }
  if (typeof token.rv !== 'number' || token.rv === 0) {
    throw new InvalidContinue('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof token.start !== 'string' || token.start === '') {
    throw new InvalidContinue('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  }
  const key = token.start.startsWith('/') ? token.start : `/${token.start}`;
  if (
    key
      .split('/')
      .slice(1)
      .some((part) => part === '' || part === '.' || part === '..')
  ) {
    throw new InvalidContinue(`continue key is not valid: ${token.start}`);
  }
  return { start: prefix + key.slice(1), revision: token.rv };
}

const isInt64 = (number: number): boolean => Number.isInteger(number) && number >= -(2 ** 63) && number < 2 ** 63;

function parse(json: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    const token: unknown = JSON.parse(json);
    if (token !== null && typeof token === 'object') return token;
  } catch {
    // Handled below like any other invalid token.
  }
  throw new InvalidContinue(`continue key is not valid: invalid character '${json.slice(0, 1)}' looking for beginning of value`);
}
