export { applyMigrations } from '#storage/postgres';
export { startPostgres } from './postgres.js';
export { startRedis } from './redis.js';
export type { EmbeddedServer } from './server-process.js';
