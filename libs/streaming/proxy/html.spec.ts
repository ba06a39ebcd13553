import { rewrittenHtml } from './html.js';

async function rewritten(page: string): Promise<string> {
  const parts: string[] = [];
  for await (const part of rewrittenHtml(
    Buffer.from(page),
    (link) => (link.startsWith('/') ? `/proxy${link}` : link),
    () => undefined,
  ))
    parts.push(part);
  return parts.join('');
}

test.each([
  ['<a href="/rewriteme">test</a>', '<a href="/proxy/rewriteme">test</a>'],
  ["<A HREF=/x title='it&quot;s'>", '<a href="/proxy/x" title="it&#34;s">'],
  ['<img src="/a" longdesc=/b usemap="#c" alt=/d/>', '<img src="/proxy/a" longdesc="/proxy/b" usemap="#c" alt="/d/">'],
  ['<br/><p data=/x>&amp;é', '<br/><p data="/x">&amp;é'],
  ['<!DOCTYPE html>\r\n<!-- <a href="/x"> -->', '<!DOCTYPE html>\r\n<!-- <a href="/x"> -->'],
  ['<script src=/a>if (a < b) "<a href=/x>"</script>', '<script src="/proxy/a">if (a < b) "<a href=/x>"</script>'],
  ['<title><a href=/x></title><form action=/f>', '<title><a href=/x></title><form action="/proxy/f">'],
  ['<a href="/cut', ''],
  ['', ''],
])('%j becomes %j', async (page, want) => {
  expect(await rewritten(page)).toBe(want);
});

test('a long page comes in pieces, characters that they cut included', async () => {
  const line = '<p>grüße – <a href="/x">日本</a></p>\n';
  const page = line.repeat(5000);
  expect(await rewritten(page)).toBe(page.replaceAll('"/x"', '"/proxy/x"'));
});
