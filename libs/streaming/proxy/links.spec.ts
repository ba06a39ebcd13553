import { proxiedLink, urlFault } from './links.js';

const page = { host: '10.0.0.1:80', requestHost: 'localhost:8001', prefix: '/api/v1/namespaces/default/pods/web/proxy' };

test.each([
  ['/a', `${page.prefix}/a`],
  ['/', `${page.prefix}/`],
  ['/a/?x=/b#/c', `${page.prefix}/a/?x=/b#/c`],
  ['/a//b/../c/', `${page.prefix}/a/c/`],
  ['//10.0.0.1:80/a', `${page.prefix}/a`],
  ['http://10.0.0.1:80/a', `${page.prefix}/a`],
  ['https://localhost:8001/a', `https://localhost:8001${page.prefix}/a`],
  [`${page.prefix}/a`, `${page.prefix}/a`],
  [`http://10.0.0.1:80${page.prefix}/a`, `${page.prefix}/a`],
  ['http://10.0.0.1:80', 'http://10.0.0.1:80'],
  ['http://10.0.0.1/a', 'http://10.0.0.1/a'],
  ['https://example.com/a', 'https://example.com/a'],
  ['a/b', 'a/b'],
  ['?x=1', '?x=1'],
  ['#top', '#top'],
  ['', ''],
  ['mailto:a@b.c', 'mailto:a@b.c'],
  ['javascript:alert(1)', 'javascript:alert(1)'],
])('%s becomes %s', (link, want) => {
  expect(proxiedLink(link, page)).toBe(want);
});

test.each([
  ['/a%20b?c=%', undefined],
  ['/a%2', 'invalid URL escape "%2"'],
  ['/%zz1', 'invalid URL escape "%zz"'],
  ['/a\nb', 'net/url: invalid control character in URL'],
])('%j: %s', (link, want) => {
  expect(urlFault(link)).toBe(want);
});
