import { type KeyObject, randomBytes } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose';
import { type Clock, goQuote, seededRandom } from '#apimachinery';
import { signToken, TOKEN_ALGORITHM, type TokenKey, tokenKeyOf } from '#pki/token-key';
import type { TokenOwner } from '../../authorization/authorizer.js';
import { LONGEST_TOKEN } from '../../limits.js';
import type { ClusterReader } from '../../rest/reader.js';
import type { UserInfo } from '../../rest/strategy.js';
import type { TokenSettings } from '../../settings/token-settings.js';
import { claimsOf, type TokenClaims, type TokenDraft } from './claims.js';
import { LEGACY_ISSUER, legacyUser, type NoteUse } from './legacy.js';
import { InvalidToken, userOf, validateClaims } from './validate-claims.js';

/** The cluster's private key for ServiceAccount tokens: RSA, the same in every process. */
export type SigningKey = () => Promise<KeyObject>;

interface TokenParts {
  key: SigningKey;
  clock: Clock;
  /** By how many milliseconds the clock of the server that is asked is ahead; `client` tells connections apart. */
  skew(client: string): number;
  reader: ClusterReader;
  noteUse: NoteUse;
  /** What the flags of the API server say about tokens. */
  settings(): TokenSettings;
}

/** Issues and authenticates one cluster's ServiceAccount tokens (pkg/serviceaccount/jwt.go). */
export class ServiceAccountTokens {
  #pair: Promise<TokenKey> | undefined;

  constructor(private readonly parts: TokenParts) {}

  /** A new, signed token, and its id. */
  async issue(draft: TokenDraft): Promise<{ token: string; id: string }> {
    const { clock, skew, settings } = this.parts;
    const id = newId();
    const now = clock.now() + skew(draft.account.name);
    const claims = claimsOf({ issuer: settings().issuers[0] ?? '', ...draft }, now, id);
    return { id, token: await signToken(await this.keys(), claims) };
  }

  /** The owner of a token for one of the audiences (none: the API server's). Undefined if it is not a token of this issuer. */
  async authenticate(token: string, audiences: readonly string[] = []): Promise<TokenOwner | undefined> {
    const issuer = issuerOf(token);
    if (issuer === undefined) return undefined;
    const { issuers, audiences: own } = this.parts.settings();
    if (issuer !== LEGACY_ISSUER && !issuers.includes(issuer)) return undefined;
    const claims = await this.verified(token);
    if (!claims) return undefined;
    const wanted = audiences.length === 0 ? own : audiences;
    // A legacy token names no audiences: it is for the API server.
    const meant = issuer === LEGACY_ISSUER ? own : claims.aud;
    const common = meant.filter((audience) => wanted.includes(audience));
    if (common.length === 0) {
      throw new InvalidToken(`token audiences ${quoted(meant)} is invalid for the target audiences ${quoted(wanted)}`);
    }
    return { user: await this.userOf(token, claims, issuer), audiences: common };
  }

  /** The JSON Web Key Set with the public key (pkg/serviceaccount/openidmetadata.go). */
  async keySet(): Promise<object> {
    const { publicKey, id: kid } = await this.keys();
    const { kty, n, e } = publicKey.export({ format: 'jwk' });
    return { keys: [{ use: 'sig', kty, kid, alg: TOKEN_ALGORITHM, n, e }] };
  }

  private async userOf(token: string, claims: TokenClaims, issuer: string): Promise<UserInfo> {
    const { reader, clock, skew, noteUse } = this.parts;
    const now = clock.now() + skew(token);
    if (issuer === LEGACY_ISSUER) return legacyUser(token, { ...claims }, { reader, now, noteUse });
    await validateClaims(claims, reader, now);
    return userOf(claims);
  }

  private async verified(token: string): Promise<TokenClaims | undefined> {
    const { publicKey, id } = await this.keys();
    try {
      const { kid } = decodeProtectedHeader(token);
      if (kid && kid !== id) throw new InvalidToken('invalid signature, no keys found');
      const { payload } = await compactVerify(token, publicKey, { algorithms: [TOKEN_ALGORITHM] });
      return JSON.parse(Buffer.from(payload).toString()) as TokenClaims;
    } catch (error) {
      if (REFUSED.some((kind) => error instanceof kind)) throw new InvalidToken('go-jose/go-jose: error in cryptographic primitive');
      // decodeProtectedHeader throws a TypeError for what is not a token.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  }

  private keys(): Promise<TokenKey> {
    this.#pair ??= this.parts
      .key()
      .then(tokenKeyOf)
      .catch((error: unknown) => {
        // A key that could not be read is asked for again.
        this.#pair = undefined;
        throw error;
      });
    return this.#pair;
  }
}

/** A signature that does not fit, and algorithms other than the key's (`none` among them), fail alike in go-jose. */
const REFUSED = [errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed, errors.JOSENotSupported];

/** Like every part of a credential, it is not derived from the cluster's seed. It is never written to the log. */
const newId = (): string => seededRandom(randomBytes(16).toString('hex')).draw('uid', 'jti').uuid();

const quoted = (values: readonly string[]): string => `[${values.map(goQuote).join(' ')}]`;

/** The issuer that a token names, before anything costly is done (jwt.go hasCorrectIssuer). */
function issuerOf(token: string): string | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
