import path from 'node:path';

/** Where a proxied answer comes from, and where the client sees it. */
export interface ProxiedPage {
  /** `host:port` of the program. */
  host: string;
  /** The Host header of the client's request. */
  requestHost: string;
  /** The path up to and including `/proxy`. */
  prefix: string;
}

const PARTS = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/is;

/** Why a text is no URL, in net/url's words; undefined if it is one. */
export function urlFault(text: string): string | undefined {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === 127) return 'net/url: invalid control character in URL';
  }
  const wrong = /%(?![0-9a-f]{2}).{0,2}/i.exec(text.split('?', 1)[0] ?? '');
  return wrong ? `invalid URL escape ${JSON.stringify(wrong[0])}` : undefined;
}

/**
 * A link with an absolute path to the same host, changed so that it leads through the proxy; every other link stays as it is
 * (apimachinery/pkg/util/proxy Transport.rewriteURL).
 */
export function proxiedLink(link: string, { host, requestHost, prefix }: ProxiedPage): string {
  const [, scheme = '', authority = '', target = '', query = '', fragment = ''] = PARTS.exec(link) ?? [];
  const linkHost = authority.slice(authority.lastIndexOf('@') + 1);
  const isOther = linkHost !== '' && linkHost !== host && linkHost !== requestHost;
  if (isOther || !target.startsWith('/')) return link;
  const start = linkHost === requestHost ? `${scheme === '' ? '' : `${scheme}:`}${authority === '' ? '' : `//${authority}`}` : '';
  return `${start}${target.startsWith(prefix) ? target : path.posix.join(prefix, target)}${query}${fragment}`;
}
