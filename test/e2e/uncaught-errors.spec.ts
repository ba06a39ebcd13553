import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Two requests, each with an uncaught error, then an uncaught error outside of any request. */
const program = `
  import { EventEmitter } from 'node:events';
  import { watchLifecycle } from './dist/libs/hosting/lifecycle.js';
  import { inRequestScope } from './dist/libs/hosting/request-scope.js';
  watchLifecycle({ warn() {}, error: ({ requestId }, text) => console.log(text, requestId), fatal: ({ err }, text) => console.log(text, err.message) });
  const request = (requestId, handle) => inRequestScope({ requestId, fail: (error) => console.log(requestId, error.message) }, handle);
  request('first', () => { throw new Error('at once'); });
  request('second', () => setTimeout(() => { throw new Error('later'); }));
  request('third', () => setTimeout(() => new EventEmitter().emit('error', new Error('of an emitter')), 20));
  request('fourth', () => setTimeout(async () => { throw new Error('of a promise'); }, 40));
  setTimeout(() => { throw new Error('of nobody'); }, 60);
  setTimeout(() => console.log('still there'), 10_000);
`;

test('an uncaught error ends the request it belongs to, or the process if it belongs to none', () => {
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, encoding: 'utf8' });
  expect([status, stdout.trim().split('\n')]).toEqual([
    1,
    ['first at once', 'second later', 'third of an emitter', 'unhandled rejection fourth', 'uncaught exception of nobody'],
  ]);
});
