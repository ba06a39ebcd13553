/** Longest text that is looked at. */
const LONGEST = 8 * 1024;

const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;
const ATOM = /^[^\s()<>[\]:;@\\,."\p{Cc}]+$/u;

/** A URI or an absolute path as in a request line (net/url ParseRequestURI). */
export function isRequestURI(text: string): boolean {
  if (text === '' || text.length > LONGEST || /\p{Cc}/u.test(text)) return false;
  if (text === '*') return true;
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length);
  if (!rest.startsWith('/')) return scheme !== '' && !text.startsWith(':');
  const authority = scheme !== '' && rest.startsWith('//') ? (rest.slice(2).split(/[/?]/, 1)[0] ?? '') : '';
  const path = rest.split('?', 1)[0] ?? '';
  return isAuthority(authority) && !/%(?![0-9a-fA-F]{2})/.test(path);
}

function isAuthority(text: string): boolean {
  const host = text.slice(text.lastIndexOf('@') + 1);
  if (host.startsWith('[')) return /^\[[0-9a-fA-F:.]+(?:%25[^\]]+)?\](?::\d*)?$/.test(host);
  if (/[\s<>"{}|\\^`]/.test(host)) return false;
  const colon = host.indexOf(':');
  return colon < 0 || /^\d*$/.test(host.slice(colon + 1));
}

const isDotAtom = (text: string): boolean => text.split('.').every((part) => ATOM.test(part));

function isAddressSpec(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1) return false;
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  const quoted = local.length > 2 && local.startsWith('"') && local.endsWith('"') && !/["\\]/.test(local.slice(1, -1));
  return (quoted || isDotAtom(local)) && (isDotAtom(domain) || /^\[[^\][\\]*\]$/.test(domain));
}

/** One address as in a mail header: `a@b.c`, `Name <a@b.c>` (net/mail ParseAddress). */
export function isEmail(text: string): boolean {
  if (text.length > LONGEST) return false;
  const trimmed = text.trim();
  if (!trimmed.endsWith('>')) return isAddressSpec(trimmed);
  const open = trimmed.indexOf('<');
  if (open < 0) return false;
  const name = trimmed.slice(0, open).trim();
  const named = name === '' || /^"[^"\\]*"$/.test(name) || name.split(/\s+/).every((word) => isDotAtom(word));
  return named && isAddressSpec(trimmed.slice(open + 1, -1));
}
