import fs from 'node:fs';
import path from 'node:path';
import { parse, validate } from 'graphql';
import { Graphs, Turns } from '#graphql';

const readme = fs.readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
const loop = { now: () => 0, worked: () => 0, nextTurn: () => undefined, whenSettled: () => undefined, after: () => () => undefined };
const { schema } = new Graphs(
  { running: new Map(), subscribed: new Map(), turns: new Turns(loop), onUnexpected: () => undefined },
  { ofDefinition: () => undefined, ofField: () => undefined },
).builtIn;

/** The operations in the README: indented blocks that begin as one. */
const operations = readme.split(/\n\n/).flatMap((block) => (/^ {4}(\{ \w|subscription|mutation|query)/.test(block) ? [block.trim()] : []));

it('there are operations', () => expect(operations.length).toBeGreaterThan(3));

it.each(operations)('%s', (operation) => expect(validate(schema, parse(operation)).map(String)).toEqual([]));
