import { Memo } from '#apimachinery';
import { LONGEST_IMAGE_NAME } from './limits.js';

/** A parsed image reference (distribution/reference). */
export interface ImageReference {
  /** Normalized, with host: `docker.io/library/nginx`. */
  repository: string;
  tag: string;
  digest?: string;
  /** `docker.io/library/nginx:1.27`, or with the digest. */
  full: string;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

const isHost = (text: string): boolean => (text.includes('.') || text.includes(':') || text === 'localhost') && HOST.test(text);

function repositoryOf(name: string): string | undefined {
  const parts = name.split('/');
  const [first = ''] = parts;
  const host = parts.length > 1 && isHost(first) ? first : undefined;
  const path = host === undefined ? parts : parts.slice(1);
  if (!path.every((part) => COMPONENT.test(part))) return undefined;
  const domain = host === undefined || host === 'index.docker.io' ? 'docker.io' : host;
  const library = domain === 'docker.io' && path.length === 1 ? 'library/' : '';
  return `${domain}/${library}${path.join('/')}`;
}

function parse(text: string): ImageReference | undefined {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : 'latest';
  const repository = repositoryOf(tagged ? named.slice(0, colon) : named);
  if (repository === undefined || !TAG.test(tag) || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  return { repository, tag, ...(digest ? { digest } : {}), full: digest ? `${repository}@${digest}` : `${repository}:${tag}` };
}

/** Why a text is not an image reference (distribution/reference ParseNormalizedNamed). */
export function imageError(text: string): string {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(0, slash));
  const hasHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const host = hasHost ? first.replace(/^index\.docker\.io$/, 'docker.io') : 'docker.io';
  const rest = hasHost ? text.slice(slash + 1) : text;
  const named = host === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  const [path = ''] = named.split(':', 1);
  const invalid = 'invalid reference format';
  return path.toLowerCase() === path ? invalid : `${invalid}: repository name (${path}) must be lowercase`;
}

const parsed = new Memo<ImageReference | undefined>();

/** Parses an image reference; undefined if it is invalid (upper case, invalid characters, empty). */
export function parseImage(text: string): ImageReference | undefined {
  return text.length > LONGEST_IMAGE_NAME ? undefined : parsed.of(text, parse);
}
