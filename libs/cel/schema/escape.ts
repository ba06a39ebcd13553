import { RESERVED_NAMES } from '../check/types.js';

/** Names of fields as expressions write them (apiserver/pkg/cel/escaping.go). */

const PARTS: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };

/** A field's name as an identifier: `__namespace__`, `foo__dash__bar`; undefined if it cannot be written. */
export function escapeField(name: string): string | undefined {
  if (RESERVED_NAMES.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, (part) => PARTS[part] ?? part);
}

const CONTENTS: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** The name that an identifier stands for; undefined if its escapes are wrong. */
export function unescapeField(escaped: string): string | undefined {
  let good = true;
  const name = escaped.replace(/__([^_]+)__/g, (whole: string, contents: string) => {
    if (Object.hasOwn(CONTENTS, contents)) return CONTENTS[contents] ?? '';
    if (!RESERVED_NAMES.has(contents) || whole.length !== escaped.length) good = false;
    return contents;
  });
  return good ? name : undefined;
}
