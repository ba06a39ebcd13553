import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

/** The code blocks of CONTRIBUTING.md that begin with a file name, as [file, code]. */
const recipes = read('CONTRIBUTING.md')
  .split(/\n(?! {4}|\n)/)
  .map((part) => part.replaceAll(/^ {4}/gm, ''))
  .flatMap((part) => [...part.matchAll(/^\/\/ (\S+\.ts)\n((?:(?!^\/\/ \S+\.ts$).*\n?)*)/gm)])
  .map(([, file = '', code = '']): [string, string] => [file, code.trim()]);

it('there are recipes', () => {
  const files = [
    'libs/registry/core/pod/eviction.ts',
    'libs/registry/storages.ts',
    'test/widgets.ts',
    'test/scenarios/custom-kinds.spec.ts',
  ];
  expect(recipes.map(([file]) => file)).toEqual([...files, 'libs/graphql/relations/node.ts']);
});

it.each(recipes)('the recipe of %s matches the code', (file, code) => {
  expect(code.length).toBeGreaterThan(40);
  expect(read(file)).toContain(code);
});
