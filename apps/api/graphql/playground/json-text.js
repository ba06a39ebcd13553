// JSON as it is shown: short objects and lists on one line.

const WIDTH = 64;

/** The text of a value: what fits on a line of 64 characters is on one line. */
export function jsonText(value, indent = '') {
  const flat = flatText(value, WIDTH - indent.length);
  if (flat !== undefined || typeof value !== 'object' || value === null) return flat ?? JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Array.isArray(value)
    ? value.map((item) => `${inner}${jsonText(item, inner)}`)
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${jsonText(item, inner)}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

const numberOfLines = (text) => text.split('\n').length;

/**
 * Where the part of a value at a path of keys stands in its text: `{first, last}`, lines from 0; the line of all that it stands on together with
 * others, if it has none of its own.
 */
export function linesOf(value, path) {
  let [part, first, indent] = [value, 0, ''];
  for (const step of path) {
    if (flatText(part, WIDTH - indent.length) !== undefined || !Object.hasOwn(part ?? {}, step)) break;
    indent += '  ';
    first += 1;
    for (const [key, item] of Object.entries(part)) {
      if (key === step) break;
      first += numberOfLines(jsonText(item, indent));
    }
    part = part[step];
  }
  return { first, last: first + numberOfLines(jsonText(part, indent)) - 1 };
}

/** The value on one line; undefined if it is longer than `room`. It stops as soon as that is clear. */
function flatText(value, room) {
  if (room < 1) return undefined;
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value) ?? 'null';
    return text.length <= room ? text : undefined;
  }
  const list = Array.isArray(value);
  const parts = [];
  let left = room - 4;
  for (const [key, item] of Object.entries(value)) {
    const name = list ? '' : `${JSON.stringify(key)}: `;
    const text = flatText(item, left - name.length);
    if (text === undefined) return undefined;
    parts.push(name + text);
    left -= name.length + text.length + 2;
  }
  if (parts.length === 0) return list ? '[]' : '{}';
  return list ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
}
