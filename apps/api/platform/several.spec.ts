import { madeOfAll, namesOf } from './several.js';

test.each([
  [3, ['x-1', 'x-2', 'x-3'], undefined],
  [12, namesOf('x', 12), undefined],
  [12, [], 'x-7 is taken'],
])('of %i names all are made, or none', async (count, expected, failure) => {
  const standing: string[] = [];
  const make = async (name: string) => {
    await Promise.resolve();
    if (failure?.startsWith(`${name} `)) throw new Error(failure);
    standing.push(name);
    return name;
  };
  const undo = async (name: string) => standing.splice(standing.indexOf(name), 1);
  const outcome = await madeOfAll(namesOf('x', count), { make, undo }).catch((error: Error) => error.message);
  expect([standing, outcome]).toEqual([expected, failure ?? expected]);
});
