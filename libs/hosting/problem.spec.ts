import { HttpException } from '@nestjs/common';
import { z } from 'zod';
import { StorageFailure, StorageFull, StorageUnavailable } from '#storage';
import { Problem, problemOf, validated } from './problem.js';

const secret = new Error('could not extend file "/var/lib/postgresql/base/1/2": No space left on device');

test.each<[string, unknown, { status: number; detail?: string; retryAfter?: number } | undefined]>([
  ['a problem', new Problem(404, 'there is no cluster x'), { status: 404, detail: 'there is no cluster x' }],
  [
    'an unreachable database',
    new StorageUnavailable('connect ECONNREFUSED 10.0.0.1:5432', false, { cause: secret }),
    { status: 503, detail: 'the database cannot be reached; try again later', retryAfter: 2 },
  ],
  [
    'a write of which nothing is known',
    new StorageUnavailable('Connection terminated', true, { cause: secret }),
    { status: 504, detail: 'the database did not answer in time: the request may or may not have taken effect', retryAfter: 2 },
  ],
  ['a full disk', new StorageFull({ cause: secret }), { status: 507, detail: 'the storage is full', retryAfter: 2 }],
  ['an error of Nest about the request', new HttpException('Cannot GET /nothing', 404), { status: 404, detail: 'Cannot GET /nothing' }],
  [
    'an error of Fastify about the request',
    Object.assign(new Error('too large'), { statusCode: 413 }),
    { status: 413, detail: 'too large' },
  ],
  ['an error of Nest that is ours', new HttpException('secret', 500), undefined],
  ['what the database said', new StorageFailure({ cause: secret }), undefined],
  ['an error of the runtime', new TypeError('x is not a function'), undefined],
  ['nothing that is an error', 'text', undefined],
])('%s', (_, error, expected) => {
  const problem = problemOf(error);
  expect(problem && { status: problem.status, detail: problem.detail, ...problem.more }).toEqual(expected);
});

test('every invalid field is named', () => {
  const shape = z.strictObject({ name: z.string(), nodes: z.strictObject({ count: z.number() }) });
  const wrong = () => validated(shape, { name: 5, nodes: { count: 'x' } });
  expect(wrong).toThrow(Problem);
  try {
    wrong();
  } catch (error) {
    const { status, more } = error as Problem;
    expect([status, more.errors?.map(({ path }) => path)]).toEqual([422, ['name', 'nodes.count']]);
  }
});
