/** Time, zone and process id before a line of PostgreSQL's log; process, role and time before one of Redis'. */
const prefixes = [/^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] /, /^\d+:[A-Z] \d+ \w+ \d{4} [\d:.]+ [.*#-] /];
/** A file of PostgreSQL's whose name ends with a process id. */
const temporary = /\b(xlogtemp)\.\d+/g;
/** Fatal to a server, not to a client that tried to connect meanwhile. */
const fatal = /^(FATAL|PANIC): (?! *the database system is )/;
/** Lines that are told where none is fatal. */
const lastLines = 3;

/**
 * Why a server did not start, from what it has written: its fatal lines, or else the last ones. Times and process ids are left out, so
 * that the same reason is the same text.
 */
export function startFailure(output: string): string {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => prefixes.reduce((text, prefix) => text.replace(prefix, ''), line).replace(temporary, '$1'));
  const told = lines.filter((line) => fatal.test(line));
  return [...new Set(told.length > 0 ? told : lines.slice(-lastLines))].join(' | ');
}
