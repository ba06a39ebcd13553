import { createPrivateKey, X509Certificate } from 'node:crypto';
import { CERTIFICATES, CHAIN, PEM_TEXT } from './limits.js';

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

interface Block {
  type: string;
  content: string;
}

/** The blocks of a PEM text (Go's encoding/pem): what stands between them is skipped. */
function* blocksOf(pem: string): Generator<Block> {
  for (let at = pem.indexOf(BEGIN); at >= 0; at = pem.indexOf(BEGIN, at)) {
    const typeEnd = pem.indexOf(DASHES, at + BEGIN.length);
    if (typeEnd < 0) return;
    const type = pem.slice(at + BEGIN.length, typeEnd);
    const end = `${DASHES}END ${type}${DASHES}`;
    const stop = type.length > 64 ? -1 : pem.indexOf(end, typeEnd);
    if (stop < 0) return;
    yield { type, content: pem.slice(typeEnd + DASHES.length, stop) };
    at = stop + end.length;
  }
}

function parsed({ content }: Block): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(content, 'base64'));
  } catch {
    return undefined;
  }
}

/** A CA bundle cannot be used: the message is client-go's. */
export class BundleError extends Error {}

/**
 * The certificates of a CA bundle; those that cannot be parsed are skipped (x509.CertPool AppendCertsFromPEM). Throws BundleError if there
 * are none (client-go transport createErrorParsingCAData).
 */
export function bundleOf(pem: string): X509Certificate[] {
  const found: X509Certificate[] = [];
  let blocks = 0;
  let wrong = false;
  for (const block of blocksOf(pem.slice(0, PEM_TEXT))) {
    blocks++;
    if (block.type !== 'CERTIFICATE' || found.length >= CERTIFICATES) continue;
    const certificate = parsed(block);
    if (certificate) found.push(certificate);
    else wrong = true;
  }
  if (found.length > 0) return found;
  if (wrong) throw new BundleError('failed to parse certificate: x509: malformed certificate');
  throw new BundleError(blocks === 0 ? 'unable to parse bytes as PEM block' : 'no valid certificate authority data seen');
}

/** A server's certificate, followed by intermediate ones. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]];

/** The chain that a server presents, if the key belongs to its certificate (tls.X509KeyPair). Undefined: a server cannot start with them. */
export function keyPair(certificatePem: string, keyPem: string): Chain | undefined {
  if (certificatePem.length > PEM_TEXT || keyPem.length > PEM_TEXT) return undefined;
  const found: X509Certificate[] = [];
  for (const block of blocksOf(certificatePem)) {
    if (block.type !== 'CERTIFICATE') continue;
    const certificate = found.length < CHAIN ? parsed(block) : undefined;
    if (!certificate) return undefined;
    found.push(certificate);
  }
  const [leaf, ...others] = found;
  if (!leaf) return undefined;
  try {
    return leaf.checkPrivateKey(createPrivateKey(keyPem)) ? [leaf, ...others] : undefined;
  } catch {
    return undefined;
  }
}
