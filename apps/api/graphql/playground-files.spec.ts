import { readPlayground } from './playground-files.js';

const { page, byName, version } = await readPlayground();
const textOf = async (name: string) => String(await byName.get(name)?.content(undefined));

/** The modules that a module needs, itself among them. */
async function neededBy(name: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, file = ''] of (await textOf(name)).matchAll(/^(?:import|export) [^;]*?'\.\/([^']+)';$/gm)) await neededBy(file, found);
  return found;
}

test('everything the page names is served, under the version of its contents', () => {
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
  const prefix = `/graphql/files/${version}/`;
  expect(named.filter((url) => !url.startsWith(prefix) || !byName.has(url.slice(prefix.length)))).toEqual([]);
});

test('the longest script is asked for before all modules', () => {
  const [first] = page.match(/<link rel="(?:preload|modulepreload|stylesheet)"[^>]*>/) ?? [];
  expect(first).toContain('packages/graphiql.js');
});

test('the validator of a file is weak: all its codings share it', () => {
  expect([...byName.values()].filter(({ tag }) => !/^W\/"[\w-]{22}"$/.test(tag))).toEqual([]);
});

test('the token of the address is asked about before the packages are there', async () => {
  expect(page).toMatch(/<script type="module" async src="[^"]*\/opening.js">/);
  const needed = await neededBy('opening.js');
  expect([...needed]).toEqual(expect.arrayContaining(['sessions.js', 'requests.js']));
  expect([...needed].filter((name) => name.startsWith('pack'))).toEqual([]);
  expect([...(await neededBy('app.js'))]).toContain('packages.js');
});
