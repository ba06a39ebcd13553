import { type Accepted, type Coding, codingFor } from './content-coding.js';

test.each<[Accepted, Coding | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  [['gzip', 'br'], 'br'],
  ['zstd, deflate', undefined],
  ['identity', undefined],
  ['*', 'br'],
  ['gzip, *;q=0', 'gzip'],
  ['br;q=0, *', 'gzip'],
  ['*;q=0', undefined],
  ['GZIP;q=0.5, br;q=0', 'gzip'],
  ['br;q=0.0 , gzip', 'gzip'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br ; Q=1.000, gzip', 'br'],
  ['gzip;q=0.5, identity', undefined],
  ['gzip;q=0.5, identity;q=0.5', 'gzip'],
  ['gzip;q=0.5, identity;q=0', 'gzip'],
  ['br;q=much, gzip;q=0.001', 'gzip'],
])('Accept-Encoding %j is answered with %s', (accepted, coding) => expect(codingFor(accepted)).toBe(coding));

test('only what is offered', () => {
  expect(codingFor('gzip;q=0.1, br', ['gzip'])).toBe('gzip');
  expect(codingFor('br', ['gzip'])).toBeUndefined();
});
