/** Every statement of the store, prepared once a connection under its name. The functions are made by prisma/migrations. */
export const STATEMENTS = {
  write: 'SELECT * FROM store_write($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)',
  revision: 'SELECT * FROM store_revision($1)',
  get: 'SELECT * FROM store_get($1,$2,$3)',
  list: 'SELECT * FROM store_list($1,$2,$3,$4,$5)',
  log: 'SELECT * FROM store_log($1,$2,$3,$4,$5,$6)',
  history: 'SELECT * FROM store_history($1,$2)',
  expired: 'SELECT * FROM store_expired($1,$2,$3)',
  nextExpiry: 'SELECT * FROM store_next_expiry($1)',
  compact: 'SELECT * FROM store_compact($1,$2)',
  beginTurn: 'SELECT * FROM begin_turn($1,$2)',
  endTurn: 'SELECT * FROM end_turn($1,$2,$3,$4,$5)',
  create: 'SELECT * FROM store_create($1)',
  copy: 'SELECT * FROM store_copy($1,$2,$3,$4,$5)',
  destroy: 'SELECT store_destroy($1)',
  lagging: 'SELECT * FROM store_lagging($1,$2)',
  uncompacted: 'SELECT * FROM store_uncompacted($1)',
} as const;

export type StatementName = keyof typeof STATEMENTS;
