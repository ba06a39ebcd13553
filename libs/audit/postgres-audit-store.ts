import type pg from 'pg';
import type { AuditStore, StoredChunk } from './audit-store.js';

interface Row {
  id: string;
  first_at: string;
  last_at: string;
  body: Buffer;
}

const chunkOf = ({ id, first_at: firstAt, last_at: lastAt, body }: Row): StoredChunk => ({
  id: Number(id),
  firstAt: Number(firstAt),
  lastAt: Number(lastAt),
  body,
});

const COLUMNS = 'id, first_at, last_at, body';

/** Chunks in PostgreSQL (prisma/migrations: audit_chunks). `quotas`: those of organizations that have set none. */
export function postgresAuditStore(pool: pg.Pool, quotas: { bytes: number; minutes: number }): AuditStore {
  const chunks = async (name: string, text: string, values: unknown[]): Promise<StoredChunk[]> =>
    (await pool.query<Row>({ name: `audit_${name}`, text, values })).rows.map(chunkOf);
  return {
    async append(given) {
      const text =
        'INSERT INTO audit_chunks (cluster_id, first_at, last_at, body) ' +
        'SELECT c.id, g.first_at, g.last_at, g.body FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[]) ' +
        'WITH ORDINALITY AS g (cluster_id, first_at, last_at, body, n) JOIN clusters c ON c.id = g.cluster_id ORDER BY g.n';
      const column = <K extends keyof (typeof given)[number]>(key: K) => given.map((chunk) => chunk[key]);
      await pool.query({ name: 'audit_append', text, values: [column('cluster'), column('firstAt'), column('lastAt'), column('body')] });
    },
    latest(cluster, after, limit) {
      const from = `SELECT ${COLUMNS} FROM audit_chunks WHERE cluster_id = $1`;
      const order = 'ORDER BY last_at DESC, id DESC LIMIT';
      if (after === undefined) return chunks('first', `${from} ${order} $2`, [cluster, limit]);
      return chunks('next', `${from} AND (last_at, id) < ($2, $3) ${order} $4`, [cluster, after.lastAt, after.id, limit]);
    },
    newer: (cluster, than, known) =>
      chunks('newer', `SELECT ${COLUMNS} FROM audit_chunks WHERE cluster_id = $1 AND id > $2 AND id <> ALL ($3::bigint[]) ORDER BY id`, [
        cluster,
        than,
        known,
      ]),
    async newest(cluster) {
      const text = 'SELECT max(id) AS id FROM audit_chunks WHERE cluster_id = $1';
      const { rows } = await pool.query<{ id: string | null }>({ name: 'audit_newest', text, values: [cluster] });
      return Number(rows[0]?.id ?? 0);
    },
    trim: async (clusters) =>
      void (await pool.query({ name: 'audit_trim', text: 'SELECT trim_audit($1, $2)', values: [clusters, quotas.bytes] })),
    expire: async (now) =>
      void (await pool.query({ name: 'audit_expire', text: 'SELECT expire_audit($1, $2)', values: [now, quotas.minutes] })),
  };
}
