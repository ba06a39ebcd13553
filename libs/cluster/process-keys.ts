import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '#apimachinery';
import type { SigningKeys } from '#controller-runtime';
import { newAuthority } from '#pki';

const TEN_YEARS = 3650 * 86_400_000;

/** Makes a value when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The private keys of a cluster that lives as long as this process. */
export function processKeys(clock: Clock): SigningKeys {
  return {
    serviceAccount: once(async () => (await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })).privateKey),
    clientAuthority: once(() =>
      newAuthority({ commonName: 'kubernetes', notBefore: clock.now() - 300_000, notAfter: clock.now() + TEN_YEARS }),
    ),
  };
}
