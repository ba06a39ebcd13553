import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { prismaRecords } from '#platform/prisma';
import { poolOf, testDatabase } from '../../test/servers.js';
import { patientRecords } from './patient-records.js';

/** A connection to the database that can be closed and opened again. */
async function gate(to: net.NetConnectOpts) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(to);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const at = (server.address() as net.AddressInfo).port;
  return {
    port: at,
    open: () => listen(at),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

test('reads wait for the database, and its messages are not passed on', async () => {
  const database = await testDatabase();
  const url = new URL(database.url);
  const port = Number(url.port || 5432);
  const folder = url.searchParams.get('host');
  const way = await gate(folder ? { path: `${folder}/.s.PGSQL.${port}` } : { host: url.hostname, port });
  url.search = '';
  url.host = `127.0.0.1:${way.port}`;
  const pool = poolOf({ connectionString: url.href });
  const records = patientRecords(prismaRecords(pool), { total: 5_000, first: 5, longest: 50 });
  await records.addOrganization({ id: 'o', name: 'o', quotas: {}, createdAt: new Date(0) });
  await way.close();
  const reading = records.organization('o');
  await sleep(100);
  await way.open();
  expect((await reading)?.name).toBe('o');
  await way.close();
  const impatient = patientRecords(prismaRecords(pool), { total: 20, first: 5, longest: 10 });
  const unavailable = { message: 'the database cannot be reached' };
  await expect(impatient.tokenByHash('x')).rejects.toMatchObject(unavailable);
  await expect(impatient.addOrganization({ id: 'p', name: 'p', quotas: {}, createdAt: new Date(0) })).rejects.toMatchObject(unavailable);
  await pool.end();
  await database.close();
});
