import type { Given } from './operators.js';

/** What the server selects by itself. */
export interface Pushed {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Names and labels that a selector takes as they are. */
const NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/;
const LABEL = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,8}$/;

function isLabelKey(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  return LABEL.test(name) && (prefix === undefined || PREFIX.test(prefix)) && more.length === 0;
}

/** The text that a value must be equal to, if it is of a form. */
function equal(given: unknown, form: RegExp): string | undefined {
  const { eq, ignoreCase } = (given ?? {}) as Given;
  return typeof eq === 'string' && ignoreCase !== true && form.test(eq) ? eq : undefined;
}

/**
 * The part of a `where` that the server can select by: the namespace, the name and labels that must be equal to something. The `where`
 * itself is applied to what the server answers.
 */
export function pushedDown(where: Given | null | undefined): Pushed {
  const { namespace, name, labels } = (where?.metadata ?? {}) as Given;
  const [inNamespace, called] = [equal(namespace, NAME), equal(name, NAME)];
  const labelled = ((labels ?? []) as readonly Given[]).flatMap((label) => {
    const value = equal(label, LABEL);
    return typeof label.key === 'string' && isLabelKey(label.key) && value !== undefined ? [`${label.key}=${value}`] : [];
  });
  return {
    ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
    ...(labelled.length === 0 ? {} : { labelSelector: labelled.join(',') }),
    ...(called === undefined ? {} : { fieldSelector: `metadata.name=${called}` }),
  };
}

/** Both selectors together; an unset one selects everything. */
export const both = (one: string | null | undefined, other: string | undefined): string | undefined =>
  one && other ? `${one},${other}` : one || other;
