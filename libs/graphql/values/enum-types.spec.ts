import { EnumTypes, valueName } from './enum-types.js';

test.each([
  ['Running', 'Running'],
  ['cert sign', 'cert_sign'],
  ['s/mime', 's_mime'],
  ['*', 'ALL'],
  ['SIGRTMIN+1', 'SIGRTMIN_PLUS_1'],
  ['SIGRTMAX-1', 'SIGRTMAX_MINUS_1'],
  ['1st', '_1st'],
  ['true', '_true'],
])('%j is named %s', (value, name) => expect(valueName(value)).toBe(name));

test('a type of Go has one enum, and another with other values another one', () => {
  const taken = new Set<string>();
  const enums = new EnumTypes((name) => {
    const free = taken.has(name) ? `${name}2` : name;
    taken.add(free);
    return free;
  });
  const first = enums.of('v1.Phase', ['A', '']);
  expect(enums.of('v1.Phase', ['A', ''])).toBe(first);
  expect([first, enums.of('v1.Phase', ['B'])].map((type) => [type?.name, type?.getValues().map(({ name }) => name)])).toEqual([
    ['Phase', ['A', 'UNRECOGNIZED']],
    ['Phase2', ['B', 'UNRECOGNIZED']],
  ]);
  expect(enums.of('string', undefined)).toBeUndefined();
  expect(enums.of('v1.ConditionStatus')?.serialize('True')).toBe('True');
  expect(enums.of('v1.ConditionStatus')?.serialize('Perhaps')).toBe('UNRECOGNIZED');
});

test.each([
  ['v1.PersistentVolumeReclaimPolicy', ['Delete', 'Recycle', 'Retain'], [['Recycle', 'Deprecated.']]],
  ['v1.NodePhase', ['Pending'], [['Pending', 'No longer used.']]],
])('the values of %s that are not to be used any more say so', (go, values, expected) => {
  const type = new EnumTypes((name) => name).of(go, values);
  const deprecated = type?.getValues().filter(({ deprecationReason }) => deprecationReason);
  expect(deprecated?.map(({ name, deprecationReason }) => [name, deprecationReason])).toEqual(expected);
});
