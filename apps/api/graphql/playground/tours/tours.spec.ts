import { readdirSync } from 'node:fs';
import path from 'node:path';
import { getOperationAST, parse, validate } from 'graphql';
import { Graphs, Turns } from '#graphql';

interface Request {
  operation?: string;
  variables?: Record<string, unknown>;
}
interface Step extends Request {
  title: string;
  text: string[];
  show?: number;
  keep?(data: unknown): Record<string, unknown>;
}
interface Tour {
  id: string;
  title: string;
  summary: string;
  before?: Request & { keep(data: unknown): Record<string, unknown> };
  steps: Step[];
  undo: Request[];
}

const folder = import.meta.dirname;
const { tours } = (await import(path.join(folder, 'index.js'))) as { tours: Tour[] };
const loop = { now: () => 0, worked: () => 0, nextTurn: () => undefined, whenSettled: () => undefined, after: () => () => undefined };
const { schema } = new Graphs(
  { running: new Map(), subscribed: new Map(), turns: new Turns(loop), onUnexpected: () => undefined },
  { ofDefinition: () => undefined, ofField: () => undefined },
).builtIn;

/** What the tours keep, by name; a placeholder without a value stays, and is then a syntax error. */
const kept: Readonly<Record<string, string>> = { name: 'tour-abcd', revision: '7', mode: 'real' };
const filled = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => kept[name] ?? whole);

const requests = tours.flatMap(({ id, before, steps, undo }) =>
  [...(before ? [before] : []), ...steps, ...undo].flatMap(({ operation }, i) =>
    operation === undefined ? [] : [[`${id} ${i}`, operation] as const],
  ),
);

test.each(requests)('%s is an operation of the graph', (_name, operation) => {
  expect(validate(schema, parse(filled(operation))).map(String)).toEqual([]);
});

test('every file is on the list', () => {
  const files = readdirSync(folder).filter((file) => /\.js$/.test(file) && !['index.js', 'deployment.js'].includes(file));
  expect(tours.map(({ id }) => `${id}.js`).sort()).toEqual(files.sort());
});

test.each(tours.map((tour) => [tour.id, tour] as const))('%s puts back what it changes', (_id, { steps, undo }) => {
  const changes = steps.filter(({ operation }) => operation && getOperationAST(parse(filled(operation)))?.operation === 'mutation');
  expect(undo.length > 0).toBe(changes.length > 0);
  // Whatever it makes has a name of its own, by which it is deleted.
  for (const { operation = '' } of changes) if (/manifest:/.test(operation)) expect(operation).toContain('metadata: {name: {{name}}}');
});

test.each(tours.map((tour) => [tour.id, tour] as const))('%s can be followed', (_id, { title, summary, steps }) => {
  expect([title, summary].every(Boolean)).toBe(true);
  expect(steps.length).toBeGreaterThanOrEqual(4);
  for (const { text, operation, show } of steps) {
    expect(text.length).toBeGreaterThan(0);
    expect((operation === undefined) !== (show === undefined)).toBe(true);
    if (show !== undefined) expect(getOperationAST(parse(filled(steps[show]?.operation ?? '')))?.operation).toBe('subscription');
  }
});

test('the six tours of the first screen', () => {
  expect(tours.map(({ title }) => title)).toEqual([
    'Your first query',
    'From a pod outwards',
    'Change and watch',
    'One request, everything that follows',
    'Turn the clock',
    'Travel in time',
  ]);
});
