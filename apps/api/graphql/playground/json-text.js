// JSON as it is shown: short objects and lists on one line.

/** Characters of a line, where nothing else is said. */
const WIDTH = 64;

const step = '  ';
const prefixOf = (key, value) => (Array.isArray(value) ? '' : `${JSON.stringify(key)}: `);

/** The text of a value: what fits on a line of so many characters is on one line. */
export function jsonText(value, width = WIDTH) {
  return textAt(value, { width, indent: '', taken: 0 });
}

/** `taken`: how much of its first line is taken by the key before it and the comma behind it. */
function textAt(value, { width, indent, taken }) {
  const flat = flatText(value, width - indent.length - taken);
  if (flat !== undefined || typeof value !== 'object' || value === null) return flat ?? JSON.stringify(value);
  const inner = `${indent}${step}`;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Object.entries(value).map(([key, item]) => {
    const prefix = prefixOf(key, value);
    return `${inner}${prefix}${textAt(item, { width, indent: inner, taken: prefix.length + 1 })}`;
  });
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

const numberOfLines = (text) => text.split('\n').length;

/**
 * Where the part of a value at a path of keys stands in its text: `{first, last}`, lines from 0; the line of all that it stands on together with
 * others, if it has none of its own.
 */
export function linesOf(value, path, width = WIDTH) {
  let [part, first, at] = [value, 0, { width, indent: '', taken: 0 }];
  const place = (key, within) => ({ width, indent: `${at.indent}${step}`, taken: prefixOf(key, within).length + 1 });
  for (const key of path) {
    if (flatText(part, width - at.indent.length - at.taken) !== undefined || !Object.hasOwn(part ?? {}, key)) break;
    first += 1;
    for (const [other, item] of Object.entries(part)) {
      if (other === key) break;
      first += numberOfLines(textAt(item, place(other, part)));
    }
    [part, at] = [part[key], place(key, part)];
  }
  return { first, last: first + numberOfLines(textAt(part, at)) - 1 };
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
