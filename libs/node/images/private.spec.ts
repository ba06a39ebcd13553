import { expect, test } from '@jest/globals';
import type { corev1 } from '#api';
import { accessTo, deniedError, isPrivate } from './private.js';
import { parseImage } from './reference.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secretOf = (config: unknown, type = 'kubernetes.io/dockerconfigjson'): corev1.Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'regcred' },
  type,
  data: {
    [type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson']: base64(
      typeof config === 'string' ? config : JSON.stringify(config),
    ),
  },
});
const auth = base64('me:secret');
const reference = (image: string) => {
  const found = parseImage(image);
  if (!found) throw new Error(image);
  return found;
};

test.each([
  ['nginx', false],
  ['acme/private-app:1.0', true],
  ['ghcr.io/acme/team/private', true],
  ['acme/privateer', false],
  ['us-docker.pkg.dev/google-samples/containers/gke/hello-app:1.0', false],
  ['1234.dkr.ecr.eu-west-1.amazonaws.com/app', true],
  ['acme.azurecr.io/app:v1', true],
])('%s is private: %s', (image, want) => {
  expect(isPrivate(reference(image))).toBe(want);
});

test.each<[string, string, corev1.Secret, string]>([
  ['the key of docker login', 'acme/private', secretOf({ auths: { 'https://index.docker.io/v1/': { auth } } }), 'granted'],
  ['name and password', 'ghcr.io/acme/private', secretOf({ auths: { 'ghcr.io': { username: 'me', password: 'x' } } }), 'granted'],
  ['the old form', 'ghcr.io/acme/private', secretOf({ 'https://ghcr.io': { auth } }, 'kubernetes.io/dockercfg'), 'granted'],
  ['any label', 'a.azurecr.io/app', secretOf({ auths: { '*.azurecr.io': { auth } } }), 'granted'],
  ['a path', 'ghcr.io/acme/private', secretOf({ auths: { 'ghcr.io/acme': { auth } } }), 'granted'],
  ['another path', 'ghcr.io/acme/private', secretOf({ auths: { 'ghcr.io/other': { auth } } }), 'none'],
  ['another registry', 'acme/private', secretOf({ auths: { 'ghcr.io': { auth } } }), 'none'],
  ['another type', 'acme/private', secretOf({ auths: { 'docker.io': { auth } } }, 'Opaque'), 'none'],
  ['no JSON', 'acme/private', secretOf('{'), 'none'],
  ['other JSON', 'acme/private', secretOf({ auths: [1], x: null }), 'none'],
  ['no password', 'acme/private', secretOf({ auths: { 'docker.io': { username: 'me' } } }), 'refused'],
  ['a wrong one', 'acme/private', secretOf({ auths: { 'docker.io': { username: 'me', password: 'wrong' } } }), 'refused'],
])('%s', (_, image, secret, want) => {
  expect(accessTo(reference(image), [secret])).toBe(want);
});

test.each<[string, 'none' | 'refused', string]>([
  [
    'acme/private:1',
    'none',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  ],
  [
    'ghcr.io/acme/private:1',
    'none',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fprivate%3Apull&service=ghcr.io: 401 Unauthorized',
  ],
])('%s %s', (image, access, want) => {
  const { full } = reference(image);
  expect(deniedError(reference(image), access)).toBe(
    `rpc error: code = Unknown desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${want}`,
  );
});
