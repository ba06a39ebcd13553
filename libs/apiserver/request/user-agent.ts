import { byteLength, goIsPrint } from '#apimachinery';

const MAX_BYTES = 128;

/**
 * The default field manager: the User-Agent up to its first slash, printable characters only, at most 128 bytes
 * (endpoints/handlers/create.go prefixFromUserAgent).
 */
export function managerOf(userAgent: string | undefined): string {
  if (userAgent === undefined) return 'unknown';
  const slash = userAgent.indexOf('/');
  const name = slash < 0 ? userAgent : userAgent.slice(0, slash);
  if (/^[\x20-\x7e]*$/.test(name) && name.length <= MAX_BYTES) return name;
  let manager = '';
  for (const char of name) {
    if (!goIsPrint(char)) continue;
    if (byteLength(manager + char) > MAX_BYTES) break;
    manager += char;
  }
  return manager;
}
