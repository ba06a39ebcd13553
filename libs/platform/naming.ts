import { NameTaken } from './records.js';

const UNIQUE_VIOLATION = new Set(['P2002', '23505']);
/** Whether it is a unique violation, as reported by Prisma or PostgreSQL. */
const isTaken = (error: unknown) => UNIQUE_VIOLATION.has((error as { code?: string }).code ?? '');

/** What inserts a row with this name. Throws NameTaken. */
export async function naming<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isTaken(error) ? new NameTaken(name) : error;
  }
}
