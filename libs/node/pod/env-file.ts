/** Reads a variable of a file of variables (kubelet/util/env ParseEnv): NAME='value', where the value may have several lines. */

/** The value; empty: there is no such variable. Undefined: the file has another form. */
export function envFileValue(text: string, key: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines[lines.length - 1] === '') lines.pop();
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(0, equals));
    if (name === '' || /[ \t]$/.test(name)) return undefined;
    const given = line.slice(equals + 1);
    // Blanks after the sign make an empty value, as in a shell.
    if (/^[ \t]/.test(given)) {
      if (name === key) return '';
      continue;
    }
    if (!given.startsWith("'")) return undefined;
    const value: string[] = [];
    let rest = given.slice(1);
    while (!rest.includes("'")) {
      value.push(rest);
      at += 1;
      if (at >= lines.length) return undefined;
      rest = lines[at] ?? '';
    }
    const end = rest.indexOf("'");
    value.push(rest.slice(0, end));
    if (!/^[ \t]*(#|$)/.test(rest.slice(end + 1))) return undefined;
    if (name === key) return value.join('\n');
  }
  return '';
}
