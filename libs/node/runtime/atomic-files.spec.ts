import { FileSystem } from '../files/file-system.js';
import type { DirectoryNode } from '../files/nodes.js';
import { atomicDirectory, dataDirectory, replaceEntries } from './atomic-files.js';

const NOW = Date.UTC(2026, 0, 1, 10, 20, 30);
const LATER = NOW + 60_000;
const filesOf = (root: DirectoryNode) => new FileSystem(root, { now: () => NOW, limit: 1000 });

it('files are links into a directory of their time', () => {
  const root = atomicDirectory(
    [
      ['a', 'one'],
      ['d/b', 'two', 0o400],
    ],
    { now: NOW, defaultMode: 0o640 },
  );
  const dated = dataDirectory(NOW);
  expect(dated).toMatch(/^\.\.2026_01_01_10_20_30\.\d{1,10}$/);
  const shown = [...root.entries].map(([name, node]) => (node.kind === 'link' ? `${name} -> ${node.target}` : name));
  expect(shown).toEqual([dated, `..data -> ${dated}`, 'a -> ..data/a', 'd -> ..data/d']);
  const files = filesOf(root);
  expect([files.read('/a'), files.read('/d/b'), files.list('/..data')]).toEqual(['one', 'two', ['a', 'd']]);
  expect([files.stat('/a'), files.stat('/d/b')]).toEqual([
    expect.objectContaining({ mode: 0o640, uid: 0 }),
    expect.objectContaining({ mode: 0o400 }),
  ]);
});

it('an update takes the place of all files at once', () => {
  const root = atomicDirectory(
    [
      ['a', 'one'],
      ['b', 'two'],
    ],
    { now: NOW },
  );
  replaceEntries(root, atomicDirectory([['a', 'new', 0o600, 1000]], { now: LATER }));
  const files = filesOf(root);
  expect(files.list('/')).toEqual(['..2026_01_01_10_21_30.', '..data', 'a'].map((name) => expect.stringContaining(name)));
  expect([files.read('/a'), files.stat('/b'), files.stat('/a')]).toEqual(['new', undefined, expect.objectContaining({ uid: 1000 })]);
});
