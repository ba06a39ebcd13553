import { Node } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';

const no = "never: node(s) didn't match the requested node name";

test.each([
  ['no node is named', undefined, 'fits'],
  ['it is this one', 'foo', 'fits'],
  ['it is another one', 'bar', no],
])('NodeName: %s', (_, nodeName, expected) =>
  expect(alone('NodeName').verdicts(pod('p', nodeName ? { nodeName } : {}), world([node('foo')]))).toEqual({ foo: expected }),
);

test.each([
  ['foo', true],
  ['bar', false],
])('a new node foo helps a pod for %s: %s', (nodeName, helps) =>
  expect(alone('NodeName').helps(pod('p', { nodeName }), { on: Node, change: changed(node('foo')), world: world([]) })).toBe(helps),
);
