import type { Rights } from './image.js';
import { nginxFailure } from './nginx.js';

const root: Rights = { uid: 0, chown: true, readOnlyRoot: false, writable: [] };
const user: Rights = { ...root, uid: 1000, chown: false };
const MKDIR = 'mkdir() "/var/cache/nginx/client_temp" failed';

it.each<[string, Rights, string | undefined]>([
  ['as root', root, undefined],
  ['as a user', user, `${MKDIR} (13: Permission denied)`],
  ['as a user with its cache', { ...user, writable: ['/var/cache/nginx'] }, 'open() "/run/nginx.pid" failed (13: Permission denied)'],
  ['as a user with all that it writes', { ...user, writable: ['/var/cache', '/var/run'] }, undefined],
  ['without CHOWN', { ...root, chown: false }, 'chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)'],
  ['on a read-only file system', { ...root, readOnlyRoot: true }, `${MKDIR} (30: Read-only file system)`],
  ['on one with volumes', { ...root, readOnlyRoot: true, writable: ['/var/cache/nginx', '/run'] }, undefined],
  [
    'on one without a place for its pid',
    { ...user, readOnlyRoot: true, writable: ['/var/cache/nginx'] },
    'open() "/run/nginx.pid" failed (30: Read-only file system)',
  ],
])('nginx %s', (_, rights, expected) => expect(nginxFailure(rights)).toBe(expected));
