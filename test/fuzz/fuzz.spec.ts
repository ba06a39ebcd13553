import { spawnSync } from 'node:child_process';
import path from 'node:path';

const folder = import.meta.dirname;

interface Checks {
  complaint(answer: { status: number; headers: object; text: string; failure?: unknown }, sent: string): string | undefined;
}

const status = (code: number, message: string, more: object = {}): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code, ...more });
const json = { 'content-type': 'application/json' };

it.each<[string, Parameters<Checks['complaint']>, string | undefined]>([
  ['an object', [{ status: 200, headers: json, text: '{}' }, ''], undefined],
  ['a Status', [{ status: 404, headers: json, text: status(404, 'pods "a" not found') }, ''], undefined],
  ['no Status', [{ status: 404, headers: json, text: '{}' }, ''], 'an error that is no Status'],
  ['another code', [{ status: 404, headers: json, text: status(400, 'x') }, ''], 'a Status whose code is 400'],
  ['a 500', [{ status: 500, headers: json, text: status(500, 'Internal error occurred: x') }, ''], '500: Internal error occurred: x'],
  [
    'a 500 of upstream',
    [{ status: 500, headers: json, text: status(500, 'resourceVersion should not be set on objects to be created') }, ''],
    undefined,
  ],
  ['a failure', [{ status: 500, headers: json, text: '', failure: new Error('x') }, ''], 'unexpected error: x'],
  ['JavaScript', [{ status: 400, headers: json, text: status(400, 'x is not iterable') }, ''], 'internal text: is not iterable'],
  ['JavaScript that was sent', [{ status: 400, headers: json, text: status(400, 'x is not iterable') }, 'is not iterable'], undefined],
  ['nothing known', [{ status: 400, headers: { 'content-type': 'text/html' }, text: '<p>' }, ''], 'an error of type "text/html"'],
])('%s: errors in a response', async (_, given, want) => {
  const { complaint } = (await import(path.join(folder, 'checks.mjs'))) as Checks;
  expect(complaint(...given)).toBe(want);
});

it('a few hundred inputs are answered correctly', () => {
  const options = [
    '--inputs',
    '400',
    '--worst',
    '0',
    '--largest',
    '20000',
    '--https',
    '0',
    '--storms',
    '0',
    '--seed',
    '7',
    '--cpu',
    '20000',
  ];
  const {
    status: code,
    stdout,
    stderr,
  } = spawnSync(process.execPath, [path.join(folder, 'fuzz.mjs'), ...options], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect([code, stderr, stdout.trim().split('\n').at(-1)]).toEqual([0, '', '0 findings']);
  expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ target: 'in process', inputs: 400, findings: [] });
});
