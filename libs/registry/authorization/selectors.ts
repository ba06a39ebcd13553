import type { authorizationv1, metav1 } from '#api';
import { escapeFieldValue, newRequirement, parseFieldSelector, parseLabelSelector, SelectorError, StatusError } from '#apimachinery';

/** A selector as authorizers get it, and what is to be said about what could not be read. */
export interface ReadSelector {
  text?: string;
  trouble?: string;
}

type Fields = authorizationv1.FieldSelectorAttributes;
type Labels = authorizationv1.LabelSelectorAttributes;

/** The result of a function; undefined if a selector cannot be read. */
function read<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof StatusError || error instanceof SelectorError) return undefined;
    throw error;
  }
}

const troubleOf = (path: string, known: number): string => `${path} ${known > 0 ? 'partially ignored' : 'ignored'} due to parse error`;

/** The requirements that can be read; the others are ignored, which makes the request broader. */
function together(path: string, texts: ReadonlyArray<string | undefined>): ReadSelector {
  const known = texts.filter((text) => text !== undefined);
  return {
    ...(known.length > 0 ? { text: known.join(',') } : {}),
    ...(known.length < texts.length ? { trouble: troubleOf(path, known.length) } : {}),
  };
}

function raw(path: string, text: string, parse: () => unknown): ReadSelector {
  return read(parse) === undefined ? { trouble: troubleOf(path, 0) } : { text };
}

function fieldText({ key, operator, values = [] }: metav1.FieldSelectorRequirement): string | undefined {
  const [value] = values;
  if (value === undefined || values.length > 1 || (operator !== 'In' && operator !== 'NotIn')) return undefined;
  return `${key}${operator === 'In' ? '=' : '!='}${escapeFieldValue(value)}`;
}

const OPERATORS: ReadonlyMap<string, 'in' | 'notin' | 'exists' | '!'> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

function labelText({ key, operator, values = [] }: metav1.LabelSelectorRequirement): string | undefined {
  const known = OPERATORS.get(operator);
  if (known === undefined || read(() => newRequirement(key, known, values)) === undefined) return undefined;
  if (known === 'exists') return key;
  return known === '!' ? `!${key}` : `${key} ${known} (${values.join(',')})`;
}

/** The field selector of a review (pkg/registry/authorization/util ResourceAttributesFrom). */
export function fieldSelectorOf(selector: Fields | undefined): ReadSelector {
  const path = 'spec.resourceAttributes.fieldSelector';
  const { rawSelector = '', requirements = [] } = selector ?? {};
  if (rawSelector !== '') return raw(path, rawSelector, () => parseFieldSelector(rawSelector));
  return together(path, requirements.map(fieldText));
}

/** The same for its label selector. */
export function labelSelectorOf(selector: Labels | undefined): ReadSelector {
  const path = 'spec.resourceAttributes.labelSelector';
  const { rawSelector = '', requirements = [] } = selector ?? {};
  if (rawSelector !== '') return raw(path, rawSelector, () => parseLabelSelector(rawSelector));
  return together(path, requirements.map(labelText));
}
