import { both, pushedDown } from './pushed.js';

test.each([
  ['nothing', undefined, {}],
  [
    'namespace and name',
    { metadata: { namespace: { eq: 'shop' }, name: { eq: 'web-1' } } },
    { namespace: 'shop', fieldSelector: 'metadata.name=web-1' },
  ],
  [
    'labels',
    {
      metadata: {
        labels: [
          { key: 'app', eq: 'web' },
          { key: 'example.com/a', eq: 'b' },
          { key: 'c', ne: 'd' },
        ],
      },
    },
    { labelSelector: 'app=web,example.com/a=b' },
  ],
  [
    'not what a selector would read differently',
    {
      metadata: {
        labels: [
          { key: 'a,b', eq: 'c' },
          { key: 'a', eq: 'b,c' },
          { key: 'a..b/c', eq: 'd' },
        ],
        name: { eq: 'a,b' },
        namespace: { eq: '' },
      },
    },
    {},
  ],
  ['not without regard to case', { metadata: { name: { eq: 'web', ignoreCase: true } } }, {}],
  ['not below or', { or: [{ metadata: { name: { eq: 'web' } } }] }, {}],
  ['not without a key', { metadata: { labels: [{ eq: 'web' }] } }, {}],
])('%s', (_name, where, expected) => expect(pushedDown(where)).toEqual(expected));

test('selectors are joined', () => {
  expect([both('a=b', 'c=d'), both(undefined, 'c=d'), both('a=b', undefined), both(undefined, undefined)]).toEqual([
    'a=b,c=d',
    'c=d',
    'a=b',
    undefined,
  ]);
});
