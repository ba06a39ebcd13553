import { fn, type Implementation, type Library, member, overload } from '../check/functions.js';
import { BOOL, listType, mapType, STRING, URL_TYPE } from '../check/types.js';
import { CelError, HostValue } from '../run/values.js';
import { type ParsedURL, parseRequestURI, queryOf } from './url-parse.js';

/** URLs (apiserver/pkg/cel/library/urls.go). */

class URLValue extends HostValue {
  readonly type = URL_TYPE;

  constructor(
    readonly url: ParsedURL,
    private readonly text: string,
  ) {
    super();
  }

  override equals(other: HostValue): boolean {
    return other instanceof URLValue && this.text === other.text;
  }

  override toString(): string {
    return this.text;
  }
}

const parse: Implementation = ([text], context) => {
  context.work(24 + ((text as string).length >> 3));
  const found = parseRequestURI(text as string);
  if ('error' in found) return new CelError(`URL parse error during conversion from string: ${found.error}`);
  const fragment = (text as string).indexOf('#');
  const parsed = fragment < 0 ? found : parseRequestURI((text as string).slice(0, fragment));
  return 'error' in parsed
    ? new CelError(`URL parse error during conversion from string: ${parsed.error}`)
    : new URLValue(parsed, text as string);
};

const isURL: Implementation = ([text], context) => {
  context.work(24 + ((text as string).length >> 3));
  return !('error' in parseRequestURI(text as string));
};

const part =
  (read: (url: ParsedURL) => unknown): Implementation =>
  ([value], context) => {
    context.work((value as URLValue).toString().length >> 3);
    return read((value as URLValue).url);
  };

export const urls: Library = [
  fn('url', overload('string_to_url', [STRING], URL_TYPE, parse)),
  fn(
    'getScheme',
    member(
      'url_get_scheme',
      [URL_TYPE],
      STRING,
      part(({ scheme }) => scheme),
    ),
  ),
  fn(
    'getHost',
    member(
      'url_get_host',
      [URL_TYPE],
      STRING,
      part(({ host }) => host),
    ),
  ),
  fn(
    'getHostname',
    member(
      'url_get_hostname',
      [URL_TYPE],
      STRING,
      part(({ hostname }) => hostname),
    ),
  ),
  fn(
    'getPort',
    member(
      'url_get_port',
      [URL_TYPE],
      STRING,
      part(({ port }) => port),
    ),
  ),
  fn(
    'getEscapedPath',
    member(
      'url_get_escaped_path',
      [URL_TYPE],
      STRING,
      part(({ escapedPath }) => escapedPath),
    ),
  ),
  fn('getQuery', member('url_get_query', [URL_TYPE], mapType(STRING, listType(STRING)), part(queryOf))),
  fn('isURL', overload('is_url_string', [STRING], BOOL, isURL)),
];
