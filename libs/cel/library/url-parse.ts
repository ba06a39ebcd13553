import { goQuote } from '#apimachinery';

/** Go's net/url: ParseRequestURI and the parts of what it gives. */
export interface ParsedURL {
  readonly scheme: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: string;
}

const parseError = (text: string, cause: string): { error: string } => ({ error: `parse ${goQuote(text)}: ${cause}` });

/** The first escape that is none: % without two hex digits. */
function badEscape(text: string): string | undefined {
  const found = /%(?![0-9a-fA-F]{2})/.exec(text);
  return found ? `invalid URL escape ${goQuote(text.slice(found.index, found.index + 3))}` : undefined;
}

function schemeOf(text: string): { scheme: string; rest: string } | { error: string } {
  const colon = /^[A-Za-z][A-Za-z0-9+\-.]*:/.exec(text)?.[0];
  if (colon) return { scheme: colon.slice(0, -1).toLowerCase(), rest: text.slice(colon.length) };
  return text.startsWith(':') ? { error: 'missing protocol scheme' } : { scheme: '', rest: text };
}

/** The host without its brackets, and the port. */
function hostParts(host: string): { hostname: string; port: string } {
  const bracket = host.lastIndexOf(']');
  const colon = host.lastIndexOf(':');
  const port = colon > bracket ? host.slice(colon + 1) : '';
  const name = colon > bracket ? host.slice(0, colon) : host;
  return { hostname: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name, port };
}

function hostError(host: string): string | undefined {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) return "missing ']' in host";
    if (!/^(?::\d*)?$/.test(host.slice(end + 1))) return `invalid port ${goQuote(host.slice(end + 1))} after host`;
    return undefined;
  }
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !/^:\d*$/.test(host.slice(colon))) return `invalid port ${goQuote(host.slice(colon))} after host`;
  const bad = /[ "<>\\^`{|}]/.exec(host)?.[0];
  return bad === undefined ? badEscape(host) : `invalid character ${goQuote(bad)} in host name`;
}

/** A path with what must not stand in it escaped. */
function escapePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-._~$&+,/:;=@!'()*%[\]]+/g, (part) =>
    [...Buffer.from(part)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** An absolute URI or path as Go parses it for a request; the error's text is Go's. */
export function parseRequestURI(text: string): ParsedURL | { error: string } {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses control characters.
  if (/[\x00-\x1f\x7f]/.test(text)) return parseError(text, 'net/url: invalid control character in URL');
  if (text === '') return parseError(text, 'empty url');
  if (text === '*') return { scheme: '', host: '', hostname: '', port: '', escapedPath: '*', query: '' };
  const split = schemeOf(text);
  if ('error' in split) return parseError(text, split.error);
  const { scheme } = split;
  const mark = split.rest.indexOf('?');
  const query = mark < 0 ? '' : split.rest.slice(mark + 1);
  let rest = mark < 0 ? split.rest : split.rest.slice(0, mark);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, host: '', hostname: '', port: '', escapedPath: '', query };
    return parseError(text, 'invalid URI for request');
  }
  let host = '';
  if (scheme !== '' && rest.startsWith('//') && !rest.startsWith('///')) {
    const slash = rest.indexOf('/', 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    host = authority.slice(authority.lastIndexOf('@') + 1);
    const wrong = hostError(host);
    if (wrong !== undefined) return parseError(text, wrong);
  } else if (scheme !== '' && rest.startsWith('///')) rest = rest.slice(2);
  const wrong = badEscape(rest);
  if (wrong !== undefined) return parseError(text, wrong);
  return { scheme, host, ...hostParts(host), escapedPath: escapePath(rest), query };
}

function unescapeQuery(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+/g, (part) => Buffer.from(part.replaceAll('%', ''), 'hex').toString());
  return bytes;
}

/** The values of each key of the query; what is malformed is left out. */
export function queryOf({ query }: ParsedURL): Record<string, string[]> {
  const values: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = unescapeQuery(equals < 0 ? pair : pair.slice(0, equals));
    const value = unescapeQuery(equals < 0 ? '' : pair.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    const known = values[key];
    if (known) known.push(value);
    else values[key] = [value];
  }
  return values;
}
