import { badRequest } from '../status-errors.js';

/** One term of a field selector: `status.phase!=Running`. */
export interface FieldTerm {
  field: string;
  /** `=` also stands for `==`. */
  operator: '=' | '!=';
  value: string;
}

/** A field selector: all its terms must match (apimachinery/pkg/fields). */
export class FieldSelector {
  constructor(readonly terms: readonly FieldTerm[]) {}

  static everything(): FieldSelector {
    return new FieldSelector([]);
  }

  get empty(): boolean {
    return this.terms.length === 0;
  }

  /** `read` returns a field's text, '' if it has none. */
  matches(read: (field: string) => string): boolean {
    return this.terms.every(({ field, operator, value }) => (read(field) === value) === (operator === '='));
  }

  /** The value that a field must have, if the selector requires one. */
  requiresExactMatch(field: string): string | undefined {
    return this.terms.find((term) => term.field === field && term.operator === '=')?.value;
  }

  /** The canonical text, with `\`, `,` and `=` in values escaped. */
  toString(): string {
    return this.terms.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(',');
  }
}

/** Escapes a text for use as a field selector's value. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, (char) => `\\${char}`);
}

function unescapeFieldValue(text: string): string {
  let value = '';
  const chars = [...text];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    if (char === '\\') {
      const next = chars[++i] ?? '';
      if (next !== '\\' && next !== ',' && next !== '=') throw badRequest(`invalid field selector: invalid escape sequence: \\${next}`);
      value += next;
    } else if (char === ',' || char === '=') {
      // Upstream prints the rune with %v: its number.
      throw badRequest(`invalid field selector: unescaped character in value: ${char.codePointAt(0)}`);
    } else value += char;
  }
  return value;
}

/** Splits at commas that are not preceded by a backslash. */
function splitTerms(text: string): string[] {
  return text.match(/(?:\\[\s\S]?|[^\\,])+/g) ?? [];
}

function parseTerm(term: string, whole: string): FieldTerm {
  const match = /^([\s\S]*?)(!=|==|=)([\s\S]*)$/.exec(term);
  if (!match) throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = match;
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeFieldValue(value) };
}

/**
 * Parses `metadata.name=a,status.phase!=Running`. Terms are sorted, as upstream does. Throws a 400 StatusError with upstream's message.
 * Whether the fields are known is checked by the resource.
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).sort();
  const parsed = terms.map((term) => parseTerm(term, text));
  // A term with an empty field and an empty value is ignored (Transform drops it).
  return new FieldSelector(parsed.filter(({ field, value }) => field !== '' || value !== ''));
}
