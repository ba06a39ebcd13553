import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openAuthority } from './certificate-authority.js';
import { serverNames } from './server-names.js';

const folder = () => path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-pki-')), 'pki');

test('the CA is created once, with a key that only the owner can read', async () => {
  const at = folder();
  const first = await openAuthority(at);
  const second = await openAuthority(at);
  expect(second.certificate).toBe(first.certificate);
  expect(fs.statSync(path.join(at, 'ca.key')).mode & 0o777).toBe(0o600);
  const ca = new X509Certificate(first.certificate);
  expect(ca.ca).toBe(true);
  expect(ca.subject).toBe('CN=orrery-ca');
});

test('server certificates can be verified with it and contain every name', async () => {
  const ca = await openAuthority(folder());
  const server = await ca.issueServer(serverNames('0.0.0.0', ['orrery.example']));
  const certificate = new X509Certificate(server.certificate);
  expect(certificate.checkIssued(new X509Certificate(ca.certificate))).toBe(true);
  expect(certificate.verify(new X509Certificate(ca.certificate).publicKey)).toBe(true);
  expect(certificate.subjectAltName).toBe(
    'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost, DNS:kubernetes, DNS:kubernetes.default, ' +
      'DNS:kubernetes.default.svc, DNS:kubernetes.default.svc.cluster.local, IP Address:10.96.0.1, DNS:orrery.example',
  );
  expect(server.notAfter.getTime()).toBeGreaterThan(Date.now() + 300 * 86_400_000);
});
