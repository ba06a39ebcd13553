import { fieldsOf, operationOf } from '../document.js';
import { isChain } from '../drawable.js';
import { kindNamed } from './kinds.js';
import { isRecord } from './records.js';

/** More chains than these cannot be chosen from. */
const mostChains = 200;

/** A value under the names of its fields instead of its aliases. */
function named(value, selections, fragments) {
  if (Array.isArray(value)) return value.map((item) => named(item, selections, fragments));
  if (!isRecord(value)) return value;
  const fields = fieldsOf(selections, fragments);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const field = fields.get(key);
      return field ? [field.name, named(inner, field.selections, fragments)] : [key, inner];
    }),
  );
}

const lineParts = /^(?:\+(\d+\.\d+)s|(\S+)) (\d+) (.*?)(?: ← (\d+))?$/s;
const textParts = /^(.*?)(?: \((\..*)\))?$/s;

/**
 * What the `line` of a step tells: `+0.440s 299 kube-scheduler: Pod web bound to node a (.spec.nodeName = "a") ← 295`, with a time instead of
 * the seconds where it is one of an object's history.
 */
function toldByLine(line) {
  const parts = lineParts.exec(line ?? '');
  if (!parts) return {};
  const [, seconds, at, revision, text, wokenBy] = parts;
  const [, summary, changed] = textParts.exec(text);
  return {
    ...(seconds === undefined ? { at } : { sinceStartMs: Math.round(Number(seconds) * 1000) }),
    revision,
    wokenBy: wokenBy ?? null,
    user: /^(\S+?):?(\s|$)/.exec(summary)?.[1],
    summary,
    changed,
  };
}

const stepsAt = (path, value, selections, fragments) =>
  [value ?? []].flat().map((step, i) => {
    const told = named(step, selections, fragments);
    return { ...toldByLine(told.line), ...told, path: Array.isArray(value) ? `${path}[${i}]` : path };
  });

const beginnings = { why: 'Why', history: 'History of', causes: 'Causes of' };

/** Finds the chains below objects: `{ title, steps }` each. */
class Finding {
  constructor({ fragments }) {
    this.fragments = fragments;
    this.found = [];
  }

  visit(value, place) {
    if (isRecord(value)) this.visitRecord(value, place);
    if (!Array.isArray(value)) return;
    for (const [i, item] of value.entries()) this.visit(item, { ...place, path: `${place.path}[${i}]` });
  }

  visitRecord(record, { selections, path, hint, owner: outer }) {
    const fields = fieldsOf(selections, this.fragments);
    const own = this.ownerOf(record, fields, { hint, path });
    const owner = own ?? outer;
    for (const [key, field] of fields) {
      const { name, args, selections: inner } = field;
      const at = { selections: inner, path: `${path}.${key}`, owner };
      if (this.found.length >= mostChains || name === 'metadata' || typeof record[key] !== 'object') continue;
      const isSteps = path !== 'data' && Array.isArray(record[key]) && isChain(field, { isRoot: false, fragments: this.fragments });
      if (isSteps) this.add(name, record[key], at);
      if (!isSteps || name === 'history') {
        const passes = name === 'items' || name === 'object';
        const kind = typeof args.kind === 'string' ? kindNamed(args.kind) : undefined;
        this.visit(record[key], { ...at, hint: passes ? hint : (kind ?? kindNamed(name)) });
      }
    }
  }

  /** The name of an object for people; undefined if the record is none. */
  ownerOf(record, fields, { hint, path }) {
    const keyOf = (name) => [...fields].find(([, field]) => field.name === name)?.[0];
    const metadataKey = keyOf('metadata');
    if (metadataKey === undefined && hint === undefined) return undefined;
    const { name } = named(record[metadataKey] ?? {}, fields.get(metadataKey)?.selections ?? [], this.fragments);
    return name ? `${record[keyOf('kind')] ?? hint ?? ''} ${name}`.trim() : path.replace(/^data\./, '');
  }

  add(name, value, { selections, path, owner }) {
    if (value.length === 0) return;
    this.found.push({ title: `${beginnings[name]} ${owner ?? path}`, steps: stepsAt(path, value, selections, this.fragments) });
  }
}

/**
 * The chains of steps in a result: `[{ title, steps }]`, each step with its path in the JSON; undefined where the query asks for none. Those of
 * the root (eventChain, traceOf, causes) are one chain, the first one, without a title; those of objects (why, history) one each.
 */
export function chainsOf({ data, query, operationName }) {
  const operation = operationOf(query ?? '', operationName);
  if (!operation || !isRecord(data)) return undefined;
  const { selections, fragments } = operation;
  const root = [...fieldsOf(selections, fragments)].filter(([, field]) => isChain(field, { isRoot: true, fragments }));
  if (root.length > 0) {
    const steps = root.flatMap(([key, field]) => stepsAt(`data.${key}`, data[key], field.selections, fragments));
    return [{ title: '', steps }];
  }
  const finding = new Finding(operation);
  finding.visit(data, { selections, path: 'data' });
  return finding.found.length > 0 ? finding.found : undefined;
}
