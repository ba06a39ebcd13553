import fs from 'node:fs';
import path from 'node:path';
import { FAULT_TYPES, FAULTY_COMPONENTS } from '#cluster';
import { apiserverControllers, controllers } from '#controllers';
import { schedulerPlugins } from '#scheduler';

const root = path.resolve(import.meta.dirname, '../..');

const specsIn = (folder: string): string[] =>
  fs
    .readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => fs.readFileSync(path.join(root, folder, name), 'utf8'));

const TITLE = /\b(?:describe|it|test)\(\s*(['"`])((?:\\.|(?!\1).)*)\1|^\s*\]\)\(\s*(['"`])((?:\\.|(?!\3).)*)\3/gm;

/** The names that the titles of stories begin with: `deployment-controller: …`, or several, separated by commas. */
const named = new Set(
  [...specsIn('test/scenarios'), ...specsIn('libs/cluster')]
    .flatMap((text) => [...text.matchAll(TITLE)].map((match) => match[2] ?? match[4] ?? ''))
    .flatMap((title) => (title.split(':')[0] ?? '').split(', ')),
);

it('there is a story of each controller, whose title begins with its name', () => {
  const names = [...controllers, ...apiserverControllers].map(({ name }) => name);
  expect(names.filter((name) => !named.has(name))).toEqual([]);
});

it('there is a story of each plugin of the scheduler, whose title begins with its name', () => {
  expect(schedulerPlugins.map(({ plugin }) => plugin.name).filter((name) => !named.has(name))).toEqual([]);
});

/** What stories inject, as it is written there. */
const injected = specsIn('test/scenarios').flatMap((text) =>
  [...text.matchAll(/\binject\((\{[^}]*\})/g)].map(([, request = '']) => request),
);

it('there is a story that injects each type of fault', () => {
  expect(FAULT_TYPES.filter((type) => !injected.some((request) => request.includes(`type: '${type}'`)))).toEqual([]);
});

it('there is a story that stops each component that can fail', () => {
  const stopped = (component: string) => injected.some((request) => request.includes(`type: 'stop', component: '${component}'`));
  expect(FAULTY_COMPONENTS.filter((component) => !stopped(component))).toEqual([]);
});

it('there are at least 200 stories', () => {
  const stories = specsIn('test/scenarios').flatMap((text) => [...text.matchAll(TITLE)]);
  expect(stories.length).toBeGreaterThanOrEqual(200);
});
