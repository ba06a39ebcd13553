import net from 'node:net';
import { pino } from 'pino';
import { testDatabase } from '../../test/servers.js';
import { connectPostgres } from './connections.js';

/** A server in front of PostgreSQL that accepts its first connections and leaves them unanswered. */
async function slowServer(to: net.NetConnectOpts, unanswered: number) {
  let left = unanswered;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    sockets.add(client.on('error', () => undefined));
    left -= 1;
    if (left >= 0) return;
    const upstream = net.connect(to);
    sockets.add(upstream.on('error', () => undefined));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const log = pino({ level: 'silent' });

test('a database that takes its time is waited for when a process starts', async () => {
  const database = await testDatabase();
  const url = new URL(database.url);
  const port = Number(url.port || 5432);
  const folder = url.searchParams.get('host');
  const server = await slowServer(folder ? { path: `${folder}/.s.PGSQL.${port}` } : { host: url.hostname, port }, 1);
  url.search = '';
  url.host = `127.0.0.1:${server.port}`;
  const pool = await connectPostgres(url.href, 1, log);
  await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
  await pool.end();
  server.close();
  await database.close();
}, 120_000);

test('one that refuses is not', async () => {
  const server = await slowServer({ port: 1 }, 0);
  server.close();
  await expect(connectPostgres(`postgresql://127.0.0.1:${server.port}/orrery`, 1, log)).rejects.toThrow(
    /^PostgreSQL at postgresql:\/\/127\.0\.0\.1:\d+\/orrery can't be reached \(connect ECONNREFUSED/,
  );
}, 120_000);
