import { badInput } from '../errors.js';

/**
 * Where a filtered or ordered list goes on, at the revision of its first page. `page` and `skip`: behind so many objects of the server's
 * page with this token, by default its first one; `last`: behind the object with this namespace and name, in the list's order.
 */
export interface Cursor {
  readonly revision: string;
  readonly page?: string | undefined;
  readonly skip?: number | undefined;
  readonly last?: string | undefined;
}

const VERSION = 'orrery/v1';

/** The cursor as `continue` shows it: base64 of JSON, as the API's own tokens are. */
export const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify({ v: VERSION, ...cursor })).toString('base64url');

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

function parse(text: string): Cursor | undefined {
  try {
    const { v, revision, page, skip = 0, last } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) ?? {};
    const isCursor =
      v === VERSION && /^(0|[1-9]\d{0,15})$/.test(revision) && isText(page) && isText(last) && Number.isSafeInteger(skip) && skip >= 0;
    return isCursor ? { revision, page, skip, last } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Throws for what no page of such a list had as its `continue`. */
export function decodeCursor(text: string): Cursor {
  const cursor = parse(text);
  if (!cursor) throw badInput('continue: it is not that of a page of this list with `where` or `orderBy`');
  return cursor;
}
