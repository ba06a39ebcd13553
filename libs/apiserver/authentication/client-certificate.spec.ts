import { createHash, X509Certificate } from 'node:crypto';
import { type Authority, issueCertificate, newAuthority } from '#pki';
import { testCluster } from '../test-cluster.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const HOUR = 3_600_000;

const authority = () => newAuthority({ commonName: 'kubernetes', notBefore: NOW - HOUR, notAfter: NOW + 1000 * HOUR });

type Request = Partial<Parameters<typeof issueCertificate>[1]>;

async function issued(by: Authority, more: Request = {}): Promise<X509Certificate> {
  const jane = { commonName: 'jane', organizations: ['devs', 'ops'], notBefore: NOW, notAfter: NOW + HOUR, usage: 'clientAuth' as const };
  return new X509Certificate((await issueCertificate(by, { ...jane, ...more })).certificate);
}

async function cluster() {
  const own = await authority();
  let read = 0;
  const made = await testCluster({
    clientAuthority: async () => {
      read += 1;
      return own.certificate;
    },
  });
  const whoami = (certificate: X509Certificate, headers: Record<string, string> = {}) =>
    made.server.authenticate({ headers, certificate }).catch((error: Error) => error.message);
  return { ...made, own, whoami, reads: () => read };
}

const refused = 'Unauthorized';

describe('client certificates', () => {
  it('the subject is the user, with the fingerprint as credential id', async () => {
    const { own, whoami, reads } = await cluster();
    const certificate = await issued(own);
    const jane = {
      name: 'jane',
      groups: ['devs', 'ops', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [`X509SHA256=${createHash('sha256').update(certificate.raw).digest('hex')}`],
      },
    };
    expect(await whoami(certificate)).toEqual(jane);
    expect(await whoami(certificate)).toEqual(jane);
    expect(reads()).toBe(1);
  });

  it.each<[string, Request, string]>([
    ['names that look like several attributes', { commonName: 'a,CN=b\nCN=c', organizations: [] }, 'a,CN=b\nCN=c'],
    ['a name that looks like DER', { commonName: '#0c0161', organizations: [] }, '#0c0161'],
    ['a name in another script', { commonName: 'Ωmega', organizations: [] }, 'Ωmega'],
    ['no name: anonymous', { commonName: '', organizations: [] }, 'system:anonymous'],
  ])('%s', async (_, request, name) => {
    const { own, whoami } = await cluster();
    expect(await whoami(await issued(own, request))).toMatchObject({ name: name });
  });

  it.each<[string, Request]>([
    ['one that is not valid yet', { notBefore: NOW + HOUR, notAfter: NOW + 2 * HOUR }],
    ['one that has expired', { notBefore: NOW - 2 * HOUR, notAfter: NOW - HOUR }],
    ["a server's", { usage: 'serverAuth' }],
  ])('%s is refused', async (_, request) => {
    const { own, whoami } = await cluster();
    expect(await whoami(await issued(own, request))).toEqual(refused);
  });

  it('one of another CA of the same name is refused, and so is a CA itself', async () => {
    const { own, whoami } = await cluster();
    expect(await whoami(await issued(await authority()))).toEqual(refused);
    expect(await whoami(new X509Certificate((await authority()).certificate))).toEqual(refused);
    expect(await whoami(await issued(own))).toMatchObject({ name: 'jane' });
  });

  it("it expires by the cluster's clock, also on a connection that has used it", async () => {
    const { own, whoami, clock } = await cluster();
    const certificate = await issued(own);
    expect(await whoami(certificate)).toMatchObject({ name: 'jane' });
    clock.set(NOW + HOUR + 1000);
    expect(await whoami(certificate)).toEqual(refused);
  });

  it('a cluster without a CA refuses a token beside it and ignores the certificate alone', async () => {
    const { server } = await testCluster();
    const certificate = await issued(await authority());
    expect(await server.authenticate({ headers: {}, certificate })).toMatchObject({ name: 'system:anonymous' });
    await expect(server.authenticate({ headers: { authorization: 'Bearer x' }, certificate })).rejects.toThrow('Unauthorized');
  });
});
