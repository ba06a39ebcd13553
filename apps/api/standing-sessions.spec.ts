import { type StandingSession, StandingSessions } from './standing-sessions.js';

function sessions() {
  const followed = new Map<string, () => void>();
  const all = new StandingSessions((cluster, onChange) => {
    followed.set(cluster, onChange);
    return () => followed.delete(cluster);
  });
  const closed: string[] = [];
  const open = (name: string, session: Omit<StandingSession, 'close'>) =>
    all.open({ ...session, close: (reason) => void closed.push(`${name}: ${reason}`) });
  return { all, followed, closed, open };
}

test('sessions are closed with their token or their cluster', () => {
  const { all, closed, open } = sessions();
  open('a', { cluster: 'c', tokenHash: '1' });
  open('b', { cluster: 'c', tokenHash: '2' });
  open('c', { cluster: 'd' });
  open('d', { cluster: 'd', tokenHash: '1' })();
  all.revoked(['1', '3']);
  expect(closed).toEqual(['a: revoked']);
  all.deleted('d');
  all.deleted('d');
  expect([closed, all.size]).toEqual([['a: revoked', 'c: deleted'], 1]);
});

test('after lost messages each token is checked once', async () => {
  const { all, closed, open } = sessions();
  const asked: string[] = [];
  for (const name of ['a', 'b']) open(name, { cluster: 'c', tokenHash: 'gone' });
  open('c', { cluster: 'c', tokenHash: 'there' });
  await all.verify(async (hash) => asked.push(hash) > 0 && hash === 'there');
  expect([asked, closed]).toEqual([
    ['gone', 'there'],
    ['a: revoked', 'b: revoked'],
  ]);
});

test('a change of roles closes sessions that are no longer authorized; roles are followed only while sessions depend on them', async () => {
  const { all, followed, closed, open } = sessions();
  let allowed = true;
  open('admin', { cluster: 'c', tokenHash: '1' });
  expect(followed.size).toBe(0);
  open('bob', { cluster: 'c', allowed: async () => allowed });
  open('unknown', { cluster: 'c', allowed: () => Promise.reject(new Error('out of reach')) });
  followed.get('c')?.();
  await new Promise(setImmediate);
  expect(closed).toEqual([]);
  allowed = false;
  followed.get('c')?.();
  followed.get('c')?.();
  await new Promise(setImmediate);
  expect([closed, all.size]).toEqual([['bob: forbidden'], 2]);
  all.deleted('c');
  expect(followed.size).toBe(0);
});
