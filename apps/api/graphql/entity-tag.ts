/** A validator of contents that are sent in several content codings: weak, because a strong one is of one coding's bytes (RFC 9110, 8.8.3.3). */
export const weakTag = (digest: string): string => `W/"${digest}"`;

const opaque = (tag: string): string => tag.replace(/^W\//, '');

/** Whether If-None-Match names what a client would get, by the weak comparison (RFC 9110, 13.1.2). Commas stand in none of our tags. */
export function hasAlready(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const named = ifNoneMatch.split(',').map((one) => one.trim());
  return named.some((one) => one === '*' || opaque(one) === opaque(tag));
}
