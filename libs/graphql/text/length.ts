const known = new WeakMap<object, number>();

/** The approximate length of a value as JSON. It is computed once per object, since objects that are read do not change. */
export function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  const counted = known.get(value);
  if (counted !== undefined) return counted;
  const length = count(value);
  known.set(value, length);
  return length;
}

/** Iterative: deeply nested objects of tenants must not overflow the stack. */
function count(root: object): number {
  let length = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') length += value.length + 3;
    else if (typeof value !== 'object' || value === null) length += 6;
    else if (Array.isArray(value)) {
      length += 3;
      for (const item of value) open.push(item);
    } else {
      length += 3;
      for (const [key, member] of Object.entries(value)) {
        length += key.length + 3;
        open.push(member);
      }
    }
  }
  return length;
}

/** Whether a value is certainly short as JSON; looks at no more of it than necessary. */
export function isShort(root: unknown, most: number): boolean {
  let left = most;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    left -= typeof value === 'string' ? value.length + 8 : 8;
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) {
        if (value.length * 8 > left) return false;
        for (const item of value) open.push(item);
      } else {
        for (const key in value) {
          left -= key.length;
          if (left < 0) return false;
          open.push((value as Record<string, unknown>)[key]);
        }
      }
    }
    if (left < 0) return false;
  }
  return true;
}
