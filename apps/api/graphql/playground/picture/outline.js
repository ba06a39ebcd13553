import { pluralOf } from './kinds.js';
import { durationText } from './timeline-of-chain.js';

/** The most lines of a text; what stands behind them is counted. */
const mostLines = 500;

const bounded = (lines) =>
  lines.length <= mostLines ? lines : [...lines.slice(0, mostLines), { depth: 0, text: `and ${lines.length - mostLines} more` }];

/** An object in words: `Pod default/web-1: Running`. */
export function wordsOf({ kind, namespace, name, label, count, status }) {
  const what =
    count === undefined ? [kind, namespace ? `${namespace}/${name ?? label}` : (name ?? label)] : [`${count} more`, pluralOf(kind)];
  return `${what.filter(Boolean).join(' ')}${status.text ? `: ${status.text}` : ''}`;
}

/** The number of objects of each kind: `5 objects: 1 Deployment, 4 Pods`. */
export function summaryOf(nodes) {
  const counts = new Map();
  for (const { kind } of nodes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].map(
    ([kind, count]) => `${count} ${kind === '' ? 'of a kind the query does not tell' : count === 1 ? kind : pluralOf(kind)}`,
  );
  return `${nodes.length} ${nodes.length === 1 ? 'object' : 'objects'}: ${kinds.join(', ')}`;
}

/** What to add to the query so that objects have names; an object without one is not recognized where it is met twice. */
export function namesHint(nodes) {
  const kinds = [...new Set(nodes.filter(({ kind, name }) => name === undefined && kind !== 'Event').map(({ kind }) => pluralOf(kind)))];
  return kinds.length === 0 ? '' : `. Select metadata { name } of ${kinds.join(', ')} to see their names, and each of them once`;
}

/** A graph as nested lines, `{ depth, text }`: each object below the one that leads to it, once with what it leads to. */
export function outlineOfGraph({ boxes, edges }) {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const out = new Map(boxes.map(({ id }) => [id, []]));
  const into = new Set();
  for (const { from, to, fields } of edges) {
    out.get(from).push({ to, fields });
    into.add(to);
  }
  const said = new Set();
  const lines = [];
  const todo = [...boxes.filter(({ id }) => !into.has(id)), ...boxes.filter(({ id }) => into.has(id))]
    .reverse()
    .map(({ id }) => ({ id, depth: 0 }));
  while (todo.length > 0) {
    const { id, depth, via } = todo.pop();
    const again = said.has(id);
    if (again && depth === 0) continue;
    said.add(id);
    lines.push({
      depth,
      text: `${via ? `${via.join(', ')}: ` : ''}${wordsOf(byId.get(id))}${again && out.get(id).length > 0 ? ' (see above)' : ''}`,
    });
    if (!again) for (const { to, fields } of [...out.get(id)].reverse()) todo.push({ id: to, depth: depth + 1, via: fields });
  }
  return bounded(lines);
}

/** A step in words. */
export function wordsOfRow({ lanes, rows }, { lane, at, cause, text, changed }) {
  const time = at === undefined ? '' : `after ${durationText(at)}, `;
  return `${time}${lanes[lane]}: ${text}${changed ? ` (${changed})` : ''}${cause === undefined ? '' : `, because of step ${cause + 1}, by ${lanes[rows[cause].lane]}`}`;
}

/** A timeline as lines, one for each step. */
export const outlineOfTimeline = (timeline) =>
  bounded(timeline.rows.map((row, i) => ({ depth: 0, text: `${i + 1}. ${wordsOfRow(timeline, row)}` })));
