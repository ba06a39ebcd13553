import { rootCertificates } from 'node:tls';
import { expect, test } from '@jest/globals';
import { caBundleError } from './ca-bundle.js';

const block = (type: string, body: string): string => `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`;
const [root = ''] = rootCertificates;
const broken = block('CERTIFICATE', Buffer.from('none').toString('base64'));

test.each<[string, string, string | undefined]>([
  ['nothing', '', undefined],
  ['a certificate', root, undefined],
  ['a certificate among others', `${broken}text\n${root}`, undefined],
  ['text', 'none', 'unable to parse bytes as PEM block'],
  ['a key', block('PRIVATE KEY', 'bm9uZQ=='), 'no valid certificate authority data seen'],
  ['a certificate that cannot be parsed', broken, 'failed to parse certificate: x509: malformed certificate'],
])('%s', (_, text, want) => {
  const found = caBundleError(Buffer.from(text).toString('base64'));
  expect(found).toBe(want === undefined ? undefined : `unable to load root certificates: ${want}`);
});
