/** The value of a flag: `--port 80`, `--port=80`, `-t 10`; the last occurrence counts. */
export function flagOf(args: readonly string[], ...names: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const [index, arg] of args.entries()) {
    const equals = arg.indexOf('=');
    if (names.includes(arg)) value = args[index + 1];
    else if (equals > 0 && names.includes(arg.slice(0, equals))) value = arg.slice(equals + 1);
  }
  return value;
}

/** The port in a flag: a number, or an address with a port. */
export function portFlag(args: readonly string[], name: string, fallback: number): number {
  const text = flagOf(args, name);
  const port = text === undefined ? Number.NaN : Number(text.slice(text.lastIndexOf(':') + 1));
  return Number.isInteger(port) ? port : fallback;
}
