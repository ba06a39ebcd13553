import type { corev1 } from '#api';
import type { ImageReference } from './reference.js';

/** Images that a registry gives only to those who may pull them. */

/** Registries where nothing is public. */
const PRIVATE_REGISTRY = /\.(dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com|azurecr\.io)$/;
/** `docker.io/acme/private-app`. */
const PRIVATE_NAME = /(^|[-_./])private([-_./]|$)/;
/** Words of credentials that a registry does not accept. */
const REJECTED = /wrong|invalid|incorrect|fake|expired|bad-?(password|token|user)/i;

const DOCKER_CONFIG = { 'kubernetes.io/dockerconfigjson': '.dockerconfigjson', 'kubernetes.io/dockercfg': '.dockercfg' } as const;

/** Whether an image needs credentials. */
export function isPrivate({ repository }: Pick<ImageReference, 'repository'>): boolean {
  const host = repository.slice(0, repository.indexOf('/'));
  return PRIVATE_REGISTRY.test(host) || PRIVATE_NAME.test(repository.slice(host.length + 1));
}

interface Entry {
  username?: unknown;
  password?: unknown;
  auth?: unknown;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a Secret's docker configuration by registry. */
function entriesOf({ type = '', data = {} }: corev1.Secret): Array<[registry: string, entry: Entry]> {
  const key = Object.hasOwn(DOCKER_CONFIG, type) ? DOCKER_CONFIG[type as keyof typeof DOCKER_CONFIG] : undefined;
  const text = key === undefined || !Object.hasOwn(data, key) ? undefined : data[key];
  if (text === undefined) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return [];
  }
  const registries = key === '.dockercfg' ? parsed : isObject(parsed) ? parsed.auths : undefined;
  return isObject(registries) ? Object.entries(registries).filter((each): each is [string, Entry] => isObject(each[1])) : [];
}

/** User name and password of an entry: `name:password`. */
function credentialsOf({ username, password, auth }: Entry): string {
  if (typeof auth === 'string' && auth !== '') return Buffer.from(auth, 'base64').toString('utf8');
  return typeof username === 'string' && typeof password === 'string' ? `${username}:${password}` : '';
}

/** Whether the key of a docker configuration is that of a repository (credentialprovider keyring.go). */
function isFor(registry: string, repository: string): boolean {
  const [host = '', ...path] = registry
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .split('/')
    .filter((part) => part !== '');
  const [wantedHost = '', ...wanted] = repository.split('/');
  const labels = host === 'index.docker.io' ? ['docker', 'io'] : host.split('.');
  const wantedLabels = wantedHost.split('.');
  const sameHost = labels.length === wantedLabels.length && labels.every((label, index) => label === '*' || label === wantedLabels[index]);
  return sameHost && path.every((part, index) => part === wanted[index]);
}

/** What a registry thinks of the credentials for an image: none for it, refused, or good. */
export function accessTo(
  { repository }: Pick<ImageReference, 'repository'>,
  secrets: readonly corev1.Secret[],
): 'none' | 'refused' | 'granted' {
  let found: 'none' | 'refused' = 'none';
  for (const secret of secrets) {
    for (const [registry, entry] of entriesOf(secret)) {
      if (!isFor(registry, repository)) continue;
      const credentials = credentialsOf(entry);
      if (!/^[^:]+:.+/s.test(credentials) || REJECTED.test(credentials)) found = 'refused';
      else return 'granted';
    }
  }
  return found;
}

/** The error of pulling a private image, in containerd's words. */
export function deniedError({ full, repository }: ImageReference, access: 'none' | 'refused'): string {
  const failed = `rpc error: code = Unknown desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}":`;
  const host = repository.slice(0, repository.indexOf('/'));
  const path = repository.slice(host.length + 1);
  if (host === 'docker.io') {
    if (access === 'none')
      return `${failed} pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
    const token = `https://auth.docker.io/token?scope=repository%3A${encodeURIComponent(path)}%3Apull&service=registry.docker.io`;
    return `${failed} failed to authorize: failed to fetch oauth token: unexpected status from GET request to ${token}: 401 Unauthorized: incorrect username or password`;
  }
  if (host.endsWith('.amazonaws.com'))
    return `${failed} pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`;
  const what = access === 'none' ? 'anonymous token' : 'oauth token';
  const token = `https://${host}/token?scope=repository%3A${encodeURIComponent(path)}%3Apull&service=${host}`;
  return `${failed} failed to authorize: failed to fetch ${what}: unexpected status from GET request to ${token}: 401 Unauthorized`;
}
