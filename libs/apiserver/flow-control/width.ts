import type { AuthorizationAttributes } from '../authorization/authorization.js';

/** Objects per seat, and the most seats a request takes (util/flowcontrol/request objectsPerSeat, maximumSeats; ours are larger). */
const OBJECTS_PER_SEAT = 100;
const WIDEST = 16;
/** Body bytes per seat. */
const BYTES_PER_SEAT = 128 * 1024;

/** What the width of a request depends on. */
export interface Width {
  /** Objects that a list has to look at; undefined if that is not known without reading them. */
  objects(): number | undefined;
  /** Bytes of the body. */
  body: number;
}

const READS_MANY = new Set(['list', 'watch', 'deletecollection']);

/** The seats of a request, by what it reads or by the size of its body (util/flowcontrol/request/list_work_estimator.go). Pure. */
export function widthOf({ verb, name }: Pick<AuthorizationAttributes, 'verb' | 'name'>, { objects, body }: Width): number {
  const brought = Math.ceil(body / BYTES_PER_SEAT);
  const read = READS_MANY.has(verb) && name === '' ? Math.ceil((objects() ?? OBJECTS_PER_SEAT) / OBJECTS_PER_SEAT) : 1;
  return Math.max(1, Math.min(WIDEST, Math.max(brought, read)));
}
