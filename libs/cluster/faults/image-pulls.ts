import type { PullFault } from '#controller-runtime';
import type { Hold } from './fault.js';

/** Whether a text matches a pattern in which `*` stands for any text; takes linear time. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return pattern === text;
  const last = parts[parts.length - 1] ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** How containerd words that a registry does not answer. */
function pullError(image: string): string {
  const [host = ''] = image.split('/', 1);
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host;
  const repository = image.slice(host.length + 1).replace(/[:@].*$/, '');
  const tag = /:([\w.-]+)$/.exec(image)?.[1] ?? 'latest';
  const url = `https://${server}/v2/${repository}/manifests/${tag}`;
  return `rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "${url}": dial tcp: lookup ${server}: i/o timeout`;
}

/** What the faults do to a pull of an image, by its full reference, on a node. */
export function pullFault(holds: readonly Hold[], node: string, image: string): PullFault | undefined {
  let delay = 0;
  for (const hold of holds) {
    if (hold.type !== 'fail-pull' && hold.type !== 'slow-pull') continue;
    if (hold.node !== undefined && hold.node !== node) continue;
    if (hold.image !== undefined && !isMeant(hold.image, image)) continue;
    if (hold.type === 'fail-pull') return { error: pullError(image) };
    delay += hold.delay ?? 0;
  }
  return delay > 0 ? { delay } : undefined;
}

/** A pattern may leave out what container runtimes add: docker.io/library, and the tag. */
function isMeant(pattern: string, image: string): boolean {
  const short = image.replace(/^docker\.io\/(library\/)?/, '');
  const texts = [image, short, image.replace(/:[^/:]*$/, ''), short.replace(/:[^/:]*$/, '')];
  return texts.some((text) => matchesPattern(pattern, text));
}
