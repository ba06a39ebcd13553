import { expect, test } from '@jest/globals';
import { jsonPath } from './json-path.js';

const object = {
  metadata: { name: 'a', labels: { 'a.b/c': 'x' } },
  spec: {
    replicas: 3,
    list: [
      { n: 'p', v: 1 },
      { n: 'q', v: 2 },
    ],
    flag: false,
    none: null,
  },
  status: {
    conditions: [
      { type: 'Synced', status: 'False' },
      { type: 'Ready', status: 'True', age: 5 },
    ],
  },
};

// The syntax of client-go/util/jsonpath.
test.each<[string, unknown]>([
  ['.metadata.name', 'a'],
  ['.spec.replicas', 3],
  ['.spec.flag', false],
  ['.spec.none', null],
  ['.spec.missing.deep', undefined],
  [".metadata.labels['a.b/c']", 'x'],
  ['.metadata.labels.a\\.b/c', 'x'],
  ['.spec.list[0].n', 'p'],
  ['.spec.list[-1].n', 'q'],
  ['.spec.list[1:].n', 'q'],
  ['.spec.list[*].v', 1],
  ['.spec.list[0,1].v', 1],
  ['.status.conditions[?(@.type=="Ready")].status', 'True'],
  [".status.conditions[?(@.type == 'Ready')].age", 5],
  ['.status.conditions[?(@.age > 4)].type', 'Ready'],
  ['.status.conditions[?(@.age)].type', 'Ready'],
  ['.status..age', 5],
  ['.spec', object.spec],
])('%s', (path, want) => {
  expect(jsonPath(path)?.(object)).toEqual(want);
});

test.each(['.spec.list[', '.a b', '.spec.list[x]', '.spec[?(@.a == )]', 'spec'])('%s is no path', (path) => {
  expect(jsonPath(path)).toBeUndefined();
});
