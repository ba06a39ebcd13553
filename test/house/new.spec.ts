import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** `npm run new … --dry-run`: the files it would write, or the error. */
function dryRun(...words: string[]): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, ['scripts/new.mjs', ...words, '--dry-run'], { cwd: root, encoding: 'utf8' });
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .map((line) => line.replace(/ +/, ' '));
}

test.each([
  ['controller node-lease', 'libs/controllers/node-lease', 'libs/controllers/index.ts'],
  ['controller lease/holder', 'libs/controllers/lease/holder', 'libs/controllers/index.ts'],
  ['resource policy/pod-guard', 'libs/registry/policy/pod-guard', 'libs/registry/index.ts'],
  ['subresource pods/portforward', 'libs/registry/core/pods-portforward', 'libs/registry/storages.ts'],
  ['subresource deployments/rollback', 'libs/registry/apps/deployments-rollback', 'libs/registry/storages.ts'],
  ['plugin require-labels', 'libs/admission/require-labels', 'libs/admission/index.ts'],
  ['plugin scheduler/node-moon', 'libs/scheduler/plugins/node-moon', 'libs/scheduler/plugins/index.ts'],
  ['image my-first-image', 'libs/node/images/my-first-image', 'libs/node/images/catalogue.ts'],
])('npm run new %s', (words, file, list) => {
  expect(dryRun(...words.split(' '))).toEqual([`new ${file}.ts`, `new ${file}.spec.ts`, `changed ${list}`]);
});

test.each([
  ['image redis', 'orrery: libs/node/images/redis.ts already exists'],
  ['image My_Image', 'orrery: the name must be in kebab-case: npm run new image memcached'],
  ['image', 'orrery: the name must be in kebab-case: npm run new image memcached'],
  ['resource pod-guard', 'orrery: add the group: npm run new resource policy/pod-guard'],
  ['subresource eviction', 'orrery: add the resource: npm run new subresource pods/eviction'],
  ['subresource moons/phase', 'orrery: no resource "moons" in libs/api/schema/resources.json'],
  ['moon x', 'orrery: usage: npm run new controller|resource|subresource|plugin|image NAME'],
])('npm run new %s is rejected', (words, message) => {
  expect(dryRun(...words.split(' '))).toEqual([message]);
});
