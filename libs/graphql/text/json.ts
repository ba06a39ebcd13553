import { isShort } from './length.js';

/** Characters that are written without yielding. */
const piece = 64 * 1024;
/** Deeper values are written without yielding: our own responses are not that deep, and the size of tenants' objects is limited. */
const deepest = 40;

/** JSON.stringify that yields between pieces. */
export async function jsonOf(value: unknown, turn: () => Promise<void> | undefined): Promise<string> {
  const parts: string[] = [];
  const write = async (part: unknown, depth: number): Promise<void> => {
    const wait = turn();
    if (wait) await wait;
    if (typeof part !== 'object' || part === null || depth > deepest || isShort(part, piece)) {
      parts.push(JSON.stringify(part) ?? 'null');
      return;
    }
    const entries: ReadonlyArray<readonly [string, unknown]> = Array.isArray(part)
      ? part.map((item) => ['', item] as const)
      : Object.entries(part).flatMap(([key, member]) => (member === undefined ? [] : [[`${JSON.stringify(key)}:`, member] as const]));
    parts.push(Array.isArray(part) ? '[' : '{');
    for (const [index, [head, member]] of entries.entries()) {
      parts.push(index === 0 ? head : `,${head}`);
      await write(member, depth + 1);
    }
    parts.push(Array.isArray(part) ? ']' : '}');
  };
  await write(value, 0);
  return parts.join('');
}
