import { makeRequest, signingRequest } from './test-certificates.js';

/** By /O=system:masters/CN=jane and by /O=devs/CN=jane, made by openssl req -new. */
const MASTERS =
  'MIHjMIGKAgEAMCgxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQ0wCwYDVQQDDARqYW5lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFR8IjBs1gNB7yJkpvSP1k5yRa6Ei' +
  'c+1TTeVtW1oOig2jXTR4IZyYKpGYRqUawjOeKhAsHxPz/UgyPbzD1Vz70aAAMAoGCCqGSM49BAMCA0gAMEUCIAmwGLlKGl4dnPcflV71T6Yfz6Wex804PnEPeWbrEmIhAiEA' +
  't8fgc/QfiRtlh6SSmyMztTzgUtTVO3tY64sMZrMt+Hw=';
const DEVS =
  'MIHZMIGAAgEAMB4xDTALBgNVBAoMBGRldnMxDTALBgNVBAMMBGphbmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARiUNcNSc2a/Tpej7mhxudGUD9unF1nNPZ2QLImo3Kv' +
  'KZqTfg+fW+ag42Hsl70PNjvuCFWCcV6N8zUPS8YcSCeWoAAwCgYIKoZIzj0EAwIDSAAwRQIhAOzh/PW8THmKbjIaMI/X9dMhCVInz04xi4NK4FxL2mGeAiBbNLELzhzLT1rR' +
  '1ybhUF27kdIWmYUCYX4f3sfbxXrj4A==';

const CLIENT = 'kubernetes.io/kube-apiserver-client';

describe('CertificateSubjectRestriction', () => {
  it.each<[string, string, string, string | undefined]>([
    ['a client of system:masters', CLIENT, MASTERS, `use of ${CLIENT} signer with system:masters group is not allowed`],
    ['another client', CLIENT, DEVS, undefined],
    ['system:masters of another signer', 'example.com/s', MASTERS, undefined],
    ['a client request that is none', CLIENT, 'AAAA', 'failed to parse CSR: asn1: structure error: malformed certificate request'],
  ])('%s', async (_, signer, der, reason) => {
    const { status, message } = await makeRequest(signingRequest(signer, der));
    const want = reason ? [403, `certificatesigningrequests.certificates.k8s.io "a" is forbidden: ${reason}`] : [201, undefined];
    expect([status, message]).toEqual(want);
  });
});
