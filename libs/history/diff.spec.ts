import { fieldChanges } from './diff.js';

const paths = (from: unknown, to: unknown) => fieldChanges(from, to).map(({ path, from: before, to: after }) => [path, before, after]);
const condition = (type: string, status: string) => ({ type, status });

test.each<[string, unknown, unknown, unknown]>([
  [
    'conditions by type, whatever their order',
    { conditions: [condition('Progressing', 'True'), condition('Available', 'False')] },
    { conditions: [condition('Available', 'True'), condition('Progressing', 'True'), condition('New', 'True')] },
    [
      ['.conditions[type=Available].status', 'False', 'True'],
      ['.conditions[type=New]', undefined, condition('New', 'True')],
    ],
  ],
  [
    'containers by name',
    { containers: [{ name: 'web', image: 'nginx:1' }] },
    {
      containers: [
        { name: 'web', image: 'nginx:2' },
        { name: 'log', image: 'busybox' },
      ],
    },
    [
      ['.containers[name=web].image', 'nginx:1', 'nginx:2'],
      ['.containers[name=log]', undefined, { name: 'log', image: 'busybox' }],
    ],
  ],
  [
    'named members that change places, by place',
    [{ name: 'a' }, { name: 'b' }],
    [{ name: 'b' }, { name: 'a' }],
    [
      ['[0].name', 'a', 'b'],
      ['[1].name', 'b', 'a'],
    ],
  ],
  [
    'members with one name twice, by place',
    [{ type: 'InternalIP', address: '1' }],
    [
      { type: 'InternalIP', address: '2' },
      { type: 'InternalIP', address: '3' },
    ],
    [
      ['[0].address', '1', '2'],
      ['[1]', undefined, { type: 'InternalIP', address: '3' }],
    ],
  ],
  ['a list that is emptied', { args: ['a'] }, { args: [] }, [['.args[0]', 'a', undefined]]],
  ['what every write changes, not at all', { metadata: { resourceVersion: '1' } }, { metadata: { resourceVersion: '2' } }, []],
])('fields that differ: %s', (_what, from, to, changes) => {
  expect(paths(from, to)).toEqual(changes);
});

test('an object with more members than a call can have arguments', () => {
  const data = (last: string) => ({
    data: Object.fromEntries(Array.from({ length: 300_000 }, (_, at) => [`k${at}`, at === 299_999 ? last : ''])),
  });
  expect(paths(data('a'), data('b'))).toEqual([['.data.k299999', 'a', 'b']]);
});
