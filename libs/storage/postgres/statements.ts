/** All statements of the store; each is prepared once per connection under its name. The functions are defined in prisma/migrations. */
export const STATEMENTS = {
  write: 'SELECT * FROM store_write($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)',
  writeOne: 'SELECT * FROM store_write_one($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)',
  revision: 'SELECT * FROM store_revision($1)',
  get: 'SELECT * FROM store_get($1,$2,$3)',
  list: 'SELECT * FROM store_list($1,$2,$3,$4,$5)',
  log: 'SELECT * FROM store_log($1,$2,$3,$4,$5,$6)',
  history: 'SELECT * FROM store_history($1,$2)',
  expired: 'SELECT * FROM store_expired($1,$2,$3)',
  nextExpiry: 'SELECT * FROM store_next_expiry($1)',
  compact: 'SELECT * FROM store_compact($1,$2)',
  beginTurn: 'SELECT * FROM begin_turn($1,$2,$3,$4,$5)',
  endTurn: 'SELECT * FROM end_turn($1,$2,$3,$4,$5,$6,$7)',
  skipTurn: 'SELECT * FROM skip_turn($1,$2,$3,$4)',
  clock: 'SELECT * FROM clock_state($1)',
  askClock: 'SELECT * FROM clock_ask($1,$2,$3,$4)',
  stepClock: 'SELECT * FROM clock_step($1,$2,$3,$4,$5)',
  create: 'SELECT * FROM store_create($1)',
  copy: 'SELECT * FROM store_copy($1,$2,$3,$4,$5)',
  destroy: 'SELECT store_destroy($1)',
  lagging: 'SELECT * FROM store_lagging($1,$2,$3)',
  revisions: 'SELECT * FROM store_revisions($1)',
  compactable: 'SELECT * FROM store_compactable($1,$2,$3,$4,$5,$6,$7,$8,$9)',
  templateUsed: 'SELECT template_used($1,$2)',
  unusedTemplates: 'SELECT * FROM templates_unused($1,$2,$3)',
} as const;

export type StatementName = keyof typeof STATEMENTS;
