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
