/** The fields of an error or warning that are logged. Everything else is omitted: a connection with its password, a command, a value. */
const errorFields = ['code', 'errno', 'syscall', 'address', 'port', 'severity', 'routine', 'table', 'constraint', 'status', 'requestId'];
const credential = /token|authorization|password|passwd|secret|cookie|credential/i;
const longestText = 8_000;
const mostEntries = 20;
const deepest = 3;

const cut = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);

function errorOf(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause, errors } = error as Error & { errors?: unknown };
  const written: Record<string, unknown> = { type: name, message: cut(String(message)), stack: cut(String(stack ?? '')) };
  for (const field of errorFields) {
    const value = (error as unknown as Record<string, unknown>)[field];
    if (typeof value === 'string' || typeof value === 'number') written[field] = typeof value === 'string' ? cut(value) : value;
  }
  if (depth >= deepest) return written;
  if (cause instanceof Error) written.cause = errorOf(cause, depth + 1);
  if (Array.isArray(errors)) written.errors = errors.slice(0, mostEntries).map((one) => loggable(one, depth + 1));
  return written;
}

const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/**
 * The loggable form of a value: texts up to a length, numbers, instants, the listed fields of errors, and plain objects and arrays of
 * these. Of anything else only the class name.
 */
function loggable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return errorOf(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (depth >= deepest || (!Array.isArray(value) && !isPlain(value))) return `[${value.constructor?.name ?? 'Object'}]`;
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((one) => loggable(one, depth + 1));
  return fieldsOf(value, depth);
}

/** The same for each field of an object; fields named like credentials are not shown. */
export function fieldsOf(object: object, depth = 0): Record<string, unknown> {
  const entries = Object.entries(object).slice(0, mostEntries);
  return Object.fromEntries(entries.map(([key, value]) => [key, credential.test(key) ? '[redacted]' : loggable(value, depth + 1)]));
}
