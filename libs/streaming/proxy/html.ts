import { RewritingStream } from 'parse5-html-rewriting-stream';

/** The attributes that hold a URL, by tag (apimachinery/pkg/util/proxy atomsToAttrs). */
const LINKS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    a: 'href',
    applet: 'codebase',
    area: 'href',
    audio: 'src',
    base: 'href',
    blockquote: 'cite',
    body: 'background',
    button: 'formaction',
    command: 'icon',
    del: 'cite',
    embed: 'src',
    form: 'action',
    frame: 'longdesc src',
    head: 'profile',
    html: 'manifest',
    iframe: 'longdesc src',
    img: 'longdesc src usemap',
    input: 'src usemap formaction',
    ins: 'cite',
    link: 'href',
    object: 'classid codebase data usemap',
    q: 'cite',
    script: 'src',
    source: 'src',
    video: 'poster src',
  }).map(([tag, attributes]) => [tag, new Set(attributes.split(' '))]),
);

/** Bytes that are read without yielding. */
const STEP = 16 * 1024;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', "'": '&#39;', '<': '&lt;', '>': '&gt;', '"': '&#34;', '\r': '&#13;' };
const escaped = (text: string): string => text.replace(/[&'<>"\r]/g, (one) => ESCAPES[one] ?? one);

interface Tag {
  tagName: string;
  attrs: ReadonlyArray<{ name: string; prefix?: string; value: string }>;
  selfClosing: boolean;
}

/** A start tag with its links changed, as golang.org/x/net/html writes it. */
function startTag({ tagName, attrs, selfClosing }: Tag, rewrite: (link: string) => string): string {
  const links = LINKS.get(tagName);
  const written = attrs.map(({ name, prefix, value }) => {
    const shown = links?.has(name) && !prefix ? rewrite(value) : value;
    return ` ${prefix ? `${prefix}:` : ''}${name}="${escaped(shown)}"`;
  });
  return `<${tagName}${written.join('')}${selfClosing ? '/' : ''}>`;
}

/** An HTML page with its links changed, piece by piece. What is no start tag stays as it is. */
export async function* rewrittenHtml(
  page: Uint8Array,
  rewrite: (link: string) => string,
  pause: () => Promise<void> | undefined,
): AsyncGenerator<string, void, void> {
  const parser = new RewritingStream();
  let written: string[] = [];
  parser.on('startTag', (tag) => parser.emitRaw(startTag(tag, rewrite)));
  parser.on('data', (text: string) => written.push(text));
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let at = 0; at < page.byteLength; at += STEP) {
    const text = decoder.decode(page.subarray(at, at + STEP), { stream: true });
    await new Promise<void>((resolve, reject) => parser.write(text, (error) => (error ? reject(error) : resolve())));
    if (written.length > 0) yield written.join('');
    written = [];
    const wait = pause();
    if (wait) await wait;
  }
  await new Promise<void>((resolve) => parser.end(decoder.decode(), () => resolve()));
  if (written.length > 0) yield written.join('');
}
