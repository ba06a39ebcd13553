import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError } from '../config.js';
import { openKeys, openWorkerKeys } from './keys.js';

const files = ['pki/ca.crt', 'pki/ca.key', 'admin-token', 'token-key'];
const made: string[] = [];
const newHome = (): string => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-keys-'));
  made.push(home);
  return home;
};
afterAll(() => {
  for (const home of made) fs.rmSync(home, { recursive: true, force: true });
});

const read = (home: string): string[] => files.map((name) => fs.readFileSync(path.join(home, name), 'utf8'));

/** The message of the error, with `HOME` for the home. */
async function refusal(home: string, given = {}): Promise<string> {
  const error: unknown = await openKeys(home, given).catch((thrown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error(`not refused: ${String(error)}`);
  return error.message.replaceAll(home, 'HOME');
}

test('keys are created at the first start and reused at the next; the home contains nothing else', async () => {
  const home = newHome();
  const [first, together] = await Promise.all([openKeys(home), openKeys(home)]);
  const before = read(home);
  const second = await openKeys(home);
  expect(read(home)).toEqual(before);
  for (const keys of [together, second]) expect([keys.adminToken, keys.tokenKey]).toEqual([first.adminToken, first.tokenKey]);
  expect(first.adminToken).toMatch(/^\S{43}$/);
  expect((await openWorkerKeys(home)).authority.certificate).toBe(first.authority.certificate);
  expect(fs.readdirSync(home).sort()).toEqual(['admin-token', 'keys.json', 'pki', 'token-key']);
  expect(fs.readdirSync(path.join(home, 'pki')).sort()).toEqual(['ca.crt', 'ca.key']);
});

const otherwise =
  'if there is none, remove it and keys.json beside it to create a new one, which invalidates everything issued with the old one';
const otherCa = 'if there is none, remove its folder and keys.json beside that to create a new CA, which existing kubeconfigs do not trust';
const lost =
  'restore it from a backup; if there is none, remove HOME/keys.json to create a new one, which invalidates everything issued with the old one';

test.each([
  ['an empty token-key', 'token-key', '', `HOME/token-key is empty: restore it from a backup; ${otherwise}`],
  ['a token-key of blanks', 'token-key', ' \n', `HOME/token-key is empty: restore it from a backup; ${otherwise}`],
  [
    'a token-key that was cut off',
    'token-key',
    'abc\n',
    `HOME/token-key is truncated (it has fewer than 32 characters): restore it from a backup; ${otherwise}`,
  ],
  ['an empty admin-token', 'admin-token', '', `HOME/admin-token is empty: restore it from a backup; ${otherwise}`],
  ['an empty certificate', 'pki/ca.crt', '', `HOME/pki/ca.crt is empty: restore it from a backup; ${otherCa}`],
  ['an empty CA key', 'pki/ca.key', '', `HOME/pki/ca.key is empty: restore it from a backup; ${otherCa}`],
  ['an invalid CA key', 'pki/ca.key', 'x', "HOME/pki/ca.key can't be read (it is not PEM): restore it from a backup"],
  ['a lost token-key', 'token-key', undefined, `HOME/token-key is lost: ${lost}`],
  ['a lost admin-token', 'admin-token', undefined, `HOME/admin-token is lost: ${lost}`],
  ['a lost CA key', 'pki/ca.key', undefined, `HOME/pki/ca.key is lost: ${lost}`],
])('%s is rejected', async (_, name, text, message) => {
  const home = newHome();
  await openKeys(home);
  const file = path.join(home, name);
  if (text === undefined) fs.rmSync(file);
  else fs.writeFileSync(file, text);
  expect(await refusal(home)).toBe(message);
  // It has not been replaced.
  expect(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined).toBe(text);
});

test("another CA's key is rejected", async () => {
  const [home, other] = [newHome(), newHome()];
  await Promise.all([openKeys(home), openKeys(other)]);
  fs.copyFileSync(path.join(other, 'pki/ca.key'), path.join(home, 'pki/ca.key'));
  expect(await refusal(home)).toBe('HOME/pki/ca.key is not the key of HOME/pki/ca.crt: restore both from one backup');
});

test('a lost folder of the CA is an error, for the worker too', async () => {
  const home = newHome();
  await openKeys(home);
  fs.rmSync(path.join(home, 'pki'), { recursive: true });
  expect(await refusal(home)).toBe(`HOME/pki/ca.crt is lost: ${lost}`);
  await expect(openWorkerKeys(home)).rejects.toThrow(ConfigError);
});

test('if the record is removed, missing keys are created and the others kept', async () => {
  const home = newHome();
  await openKeys(home);
  const [certificate, key, token] = read(home);
  fs.rmSync(path.join(home, 'token-key'));
  fs.rmSync(path.join(home, 'keys.json'));
  await openKeys(home);
  expect(read(home)).toEqual([certificate, key, token, expect.stringMatching(/^\S{43}\n$/)]);
});

test('a configured platform token needs no file', async () => {
  const home = newHome();
  const adminToken = 'x'.repeat(40);
  expect((await openKeys(home, { adminToken })).adminToken).toBe(adminToken);
  expect(fs.existsSync(path.join(home, 'admin-token'))).toBe(false);
  await openKeys(home);
  fs.rmSync(path.join(home, 'admin-token'));
  expect(await refusal(home)).toBe(`HOME/admin-token is lost: ${lost}`);
  expect((await openKeys(home, { adminToken })).adminToken).toBe(adminToken);
});

test('mounted keys are read, and nothing is written beside them', async () => {
  const home = newHome();
  await openKeys(home);
  fs.rmSync(path.join(home, 'keys.json'));
  await openWorkerKeys(home);
  expect(fs.existsSync(path.join(home, 'keys.json'))).toBe(false);
});
