import { isRecord } from './records.js';

/** Of a longer chain, the first and the newest steps are shown. */
const bounds = { first: 100, newest: 300 };

/** Steps from which nothing follows: what a component does without a write, and the mark at the chain's end. */
const endings = new Set(['RULE', 'SETTLED']);

const placeInTime = ({ revision, sinceStartMs, at }) => Number(revision ?? sinceStartMs ?? Date.parse(at));

/** Steps in the order of their writes, also if the newest one stands first. */
function inOrder(steps) {
  if (steps.length < 2) return steps;
  const isReversed = placeInTime(steps[0]) > placeInTime(steps.at(-1));
  const order = isReversed ? [...steps].reverse() : [...steps];
  return order.every((step) => !Number.isNaN(placeInTime(step))) ? order.sort((a, b) => placeInTime(a) - placeInTime(b)) : order;
}

/** Milliseconds since the first step whose time is told: that of a hidden one is not. */
function millisecondsOf(steps) {
  const first = steps.find(({ at }) => typeof at === 'string')?.at;
  return ({ sinceStartMs, at }) => {
    if (sinceStartMs !== undefined) return sinceStartMs === null ? undefined : Number(sinceStartMs);
    return typeof at !== 'string' || first === undefined ? undefined : Date.parse(at) - Date.parse(first);
  };
}

/** By the revision that woke the component. */
function causeByRevision(order) {
  const writes = new Map();
  for (const [i, { revision, type }] of order.entries()) if (!endings.has(type)) writes.set(String(revision), i);
  return ({ wokenBy }) => (wokenBy === null || wokenBy === undefined ? undefined : writes.get(String(wokenBy)));
}

/** Without revisions: the last step one less deep, at the time that `sinceCauseMs` leads back to. */
function causeByDepth(order, timeOf) {
  return (step, index) => {
    const { depth, sinceCauseMs } = step;
    if (typeof depth !== 'number') return undefined;
    const then = (sinceCauseMs ?? undefined) === undefined || timeOf(step) === undefined ? undefined : timeOf(step) - Number(sinceCauseMs);
    for (let i = index - 1; i >= 0; i -= 1)
      if (order[i].depth === depth - 1 && !endings.has(order[i].type) && (then === undefined || timeOf(order[i]) === then)) return i;
    return undefined;
  };
}

function laneOf({ component, user, depth, wokenBy, type }) {
  if (type === 'HIDDEN') return 'hidden';
  if (component) return component;
  if (component === null || depth === 0 || wokenBy === null) return user ?? 'client';
  return user ?? (depth === undefined ? 'steps' : `depth ${depth}`);
}

const objectOf = ({ object }) =>
  isRecord(object) ? [object.kind, object.metadata?.name].filter((part) => typeof part === 'string').join(' ') : '';

/** What the step does; who does it, which stands first in a summary, is told by the lane. */
function textOf(step) {
  if (typeof step.summary !== 'string') return [step.verb ?? step.type?.toLowerCase(), objectOf(step)].filter(Boolean).join(' ');
  const lane = laneOf(step);
  return step.summary.startsWith(lane) ? step.summary.slice(lane.length).replace(/^[: ]+/, '') : step.summary;
}

const shortly = (value) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

function textOfChange({ path, from, to }) {
  if (to === undefined) return from === undefined ? path : `${path}: ${shortly(from)} →`;
  return from === undefined || from === null ? `${path} = ${shortly(to)}` : `${path}: ${shortly(from)} → ${shortly(to)}`;
}

/** The first fields that a step changed, as far as the query or its line tells them. */
function changedBy({ changes, changed }) {
  if (!Array.isArray(changes)) return changed ?? '';
  const more = changes.length > 2 ? `, ${changes.length - 2} more` : '';
  return `${changes.slice(0, 2).map(textOfChange).join(', ')}${more}`;
}

/** A duration as people say it: `250 ms`, `2.5 s`, `3 min 20 s`. */
export function durationText(milliseconds) {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${Math.round(milliseconds / 100) / 10} s`;
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return seconds % 60 > 0 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
}

/**
 * A chain as a timeline: `lanes` (names of components, in order of their first step), `rows` in order of time, each
 * `{ lane, at, since, cause, text, revision, changed, object, type, path, step }`; `changed`: the first fields that it changed, as a text. `lane` and `cause` are indexes, of the row that it follows from (undefined:
 * none, or it is not shown); `at` milliseconds since the start and `since` milliseconds since the row before, undefined if the query tells no
 * time. `isCertain`: causes are told by `revision` and `wokenBy`; otherwise they are found by depth and time. `leftOut`: the number of
 * steps that stand behind the row `leftOutAfter` and are not shown.
 */
export function timelineOf(steps) {
  const order = inOrder(steps);
  const lanes = [...new Set(order.map(laneOf))];
  const isCertain = order.some(({ wokenBy }) => wokenBy !== undefined) && order.every(({ revision }) => revision !== undefined);
  const timeOf = millisecondsOf(order);
  const cause = isCertain ? causeByRevision(order) : causeByDepth(order, timeOf);
  const leftOut = Math.max(0, order.length - bounds.first - bounds.newest);
  const isShown = (i) => leftOut === 0 || i < bounds.first || i >= bounds.first + leftOut;
  const rowOf = (i) => (i === undefined || !isShown(i) ? undefined : i < bounds.first ? i : i - leftOut);
  const rows = order.flatMap((step, i) => {
    if (!isShown(i)) return [];
    const [at, before] = [timeOf(step), i > 0 ? timeOf(order[i - 1]) : undefined];
    const { path, ...told } = step;
    return [
      {
        lane: lanes.indexOf(laneOf(step)),
        at,
        since: at === undefined || before === undefined ? undefined : at - before,
        cause: rowOf(cause(step, i)),
        text: textOf(step),
        revision: step.revision,
        changed: changedBy(step),
        object: objectOf(step),
        type: step.type,
        path,
        step: told,
      },
    ];
  });
  return { lanes, rows, isCertain, leftOut, leftOutAfter: bounds.first - 1 };
}
