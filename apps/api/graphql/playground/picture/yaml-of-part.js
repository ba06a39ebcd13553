/** The most lines that are shown of an object. */
const mostLines = 400;

const plain = /^[A-Za-z_./][\w./:-]*(?: [\w./:-]+)*$/;
const meaning = /^(true|false|null|yes|no|on|off|~)$|:$|: /i;

function scalar(value) {
  if (typeof value !== 'string') return JSON.stringify(value);
  return plain.test(value) && !meaning.test(value) ? value : JSON.stringify(value);
}

const isEmpty = (value) => (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0);
const isBranch = (value) => typeof value === 'object' && value !== null && !isEmpty(value);
const leaf = (value) => (typeof value === 'object' && value !== null ? (Array.isArray(value) ? '[]' : '{}') : scalar(value));

function* linesOf(value, indent) {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (!isBranch(item)) yield `${indent}- ${leaf(item)}`;
      else {
        const [first, ...others] = [...linesOf(item, `${indent}  `)];
        yield `${indent}- ${first.slice(indent.length + 2)}`;
        yield* others;
      }
    }
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && inner.includes('\n')) {
      yield `${indent}${scalar(key)}: |`;
      for (const line of inner.split('\n')) yield `${indent}  ${line}`;
    } else if (isBranch(inner)) {
      yield `${indent}${scalar(key)}:`;
      yield* linesOf(inner, Array.isArray(inner) ? indent : `${indent}  `);
    } else yield `${indent}${scalar(key)}: ${leaf(inner)}`;
  }
}

/** A part of a result as YAML, for reading; fields that are null are left out. */
export function yamlOfPart(part) {
  const told = JSON.parse(JSON.stringify(part, (_key, value) => (value === null ? undefined : value)) ?? '{}');
  if (!isBranch(told)) return `${leaf(told)}\n`;
  const lines = [];
  for (const line of linesOf(told, '')) {
    if (lines.length === mostLines) return `${lines.join('\n')}\n…\n`;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}
