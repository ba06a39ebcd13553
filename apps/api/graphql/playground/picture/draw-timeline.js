import { wordsOfRow } from './outline.js';
import { cut, shortened, svg } from './svg.js';
import { durationText } from './timeline-of-chain.js';

const wide = { row: 30, pause: 26, lane: 26, time: 66, text: 14, head: 142, characters: 78 };
/** For a phone: lanes are closer, and the rows leave the component's name to its lane. */
const narrow = { ...wide, lane: 17, time: 60, text: 8 };
/** Rows of two lines: below what was done, which fields it changed. */
const tall = { row: 44, above: -4, below: 13, characters: 40, character: 6.3 };

const colours = 8;
const colourOf = (lane) => `picture-lane-${lane % colours}`;

const timeText = (at) => (at === undefined ? '' : `+${(at / 1000).toFixed(3)}s`);

/** A line tells the time between two rows if it is at least so many milliseconds. */
const leastPause = 400;

/** The places of rows: each below the one before, with a line for the time that passed between them. */
function placesOf({ rows, leftOut, leftOutAfter }, size) {
  let y = size.head;
  const pauses = [];
  const places = rows.map((row, i) => {
    const skipped = leftOut > 0 && i === leftOutAfter + 1;
    if (skipped || row.since >= leastPause) {
      const texts = [
        ...(skipped ? [`${leftOut} steps are not shown`] : []),
        ...(row.since >= leastPause ? [`${durationText(row.since)} later`] : []),
      ];
      pauses.push({ y: y + size.pause / 2, text: texts.join(', ') });
      y += size.pause;
    }
    y += size.row;
    return y - size.row / 2;
  });
  return { places, pauses, height: y + 10 };
}

const laneX = (size, lane) => size.time + lane * size.lane + size.lane / 2;

function drawLane(name, lane, { places, rows, size }) {
  const own = places.filter((_, i) => rows[i].lane === lane);
  const x = laneX(size, lane);
  return svg(
    'g',
    { class: colourOf(lane), 'aria-hidden': true },
    svg('line', { class: 'picture-lane', x1: x, x2: x, y1: size.head - 8, y2: own.at(-1) ?? size.head }),
    svg('text', { class: 'picture-lane-name', transform: `translate(${x + 4} ${size.head - 14}) rotate(-48)` }, shortened(name, 24)),
  );
}

/** From the row of the cause down to the row. */
function drawCause(row, i, { places, rows, isCertain, size }) {
  const [from, to] = [
    { x: laneX(size, rows[row.cause].lane), y: places[row.cause] },
    { x: laneX(size, row.lane), y: places[i] },
  ];
  const bend = Math.min(26, (to.y - from.y) / 2);
  const d =
    from.x === to.x
      ? `M${from.x} ${from.y}C${from.x + 18} ${from.y + bend} ${to.x + 18} ${to.y - bend} ${to.x} ${to.y}`
      : `M${from.x} ${from.y}C${from.x} ${to.y - bend / 2} ${from.x + (to.x - from.x) / 3} ${to.y} ${to.x} ${to.y}`;
  const classes = ['picture-cause', colourOf(row.lane), !isCertain && 'picture-guessed'].filter(Boolean).join(' ');
  return svg('path', { class: classes, d, 'data-from': row.cause, 'data-to': i });
}

const marks = {
  CREATED: () => svg('circle', { r: 6 }),
  DELETED: () => svg('path', { d: 'M-5 -5L5 5M5 -5L-5 5', class: 'picture-cross' }),
  SETTLED: () => svg('path', { d: 'M-7 -4H7M-7 4H7', class: 'picture-cross' }),
  RULE: () => svg('polygon', { points: '0,-7 7,0 0,7 -7,0' }),
};
const dot = () => svg('circle', { r: 4.5 });

/** What stands below a row's text: how long after the row before it, unless a line of its own tells that, and what changed. */
const noteOf = ({ since, changed }) =>
  [since > 0 && since < leastPause ? `${durationText(since)} later` : '', changed].filter(Boolean).join(' · ');

function drawNotes(row, { size, notes }, textX) {
  const note = cut(noteOf(row), notes);
  return [
    ...(row.revision === undefined
      ? []
      : [svg('text', { class: 'picture-time', x: size.time - 8, y: tall.below, 'text-anchor': 'end' }, `rev ${row.revision}`)]),
    ...(note === '' ? [] : [svg('text', { class: 'picture-changed', x: textX, y: tall.below }, note)]),
  ];
}

function drawRow(row, i, timeline, textX, width) {
  const { size } = timeline;
  const isTall = size.row === tall.row;
  const line = isTall ? tall.above : 4;
  const y = timeline.places[i];
  const words = wordsOfRow(timeline, row);
  return svg(
    'g',
    {
      class: `picture-row ${colourOf(row.lane)}`,
      transform: `translate(0 ${y})`,
      role: 'button',
      tabindex: -1,
      'data-id': i,
      'aria-label': words,
    },
    svg('title', {}, `${words}\n${row.path}`),
    svg('rect', { class: 'picture-line', x: 0, y: -size.row / 2 + 1, width, height: size.row - 2, rx: 6 }),
    svg('text', { class: 'picture-time', x: size.time - 8, y: line, 'text-anchor': 'end' }, timeText(row.at)),
    ...(isTall ? drawNotes(row, timeline, textX) : []),
    svg('g', { class: 'picture-mark', transform: `translate(${laneX(size, row.lane)} 0)` }, (marks[row.type] ?? dot)()),
    svg(
      'text',
      { class: 'picture-text', x: textX, y: line },
      ...(size.lane === narrow.lane ? [] : [svg('tspan', { class: 'picture-component' }, timeline.lanes[row.lane])]),
      svg('tspan', { dx: size.lane === narrow.lane ? 0 : 7 }, cut(row.text, size.characters)),
    ),
  );
}

const drawPause = ({ y, text }, width) =>
  svg('g', { class: 'picture-pause' }, svg('line', { x1: 0, x2: width, y1: y, y2: y }), svg('text', { x: 8, y: y - 4 }, text));

/** Draws a chain with time running down, for a view of some width; returns the elements and their size. */
export function drawTimeline(timeline, room) {
  const base = room < 640 ? narrow : wide;
  const isTall = timeline.rows.some(({ changed }) => changed !== '');
  const size = isTall ? { ...base, row: tall.row } : base;
  const { places, pauses, height } = placesOf(timeline, size);
  const textX = size.time + timeline.lanes.length * size.lane + size.text;
  // Notes are as long as there is room: all that changed is told where the row is chosen.
  const notes = Math.max(tall.characters, Math.floor((room - textX - size.text) / tall.character));
  const placed = { ...timeline, places, size, notes };
  const longest = Math.max(
    0,
    ...timeline.rows.map(({ lane, text }) => (base === wide ? timeline.lanes[lane].length : 0) + Math.min(text.length, size.characters)),
    ...(isTall ? timeline.rows.map((row) => Math.min(noteOf(row).length, notes) * 0.9) : []),
  );
  const width = Math.max(textX + longest * 7 + 20, textX + 160);
  const elements = [
    ...pauses.map((pause) => drawPause(pause, width)),
    ...timeline.lanes.map((name, lane) => drawLane(name, lane, placed)),
    ...timeline.rows.flatMap((row, i) => (row.cause === undefined ? [] : [drawCause(row, i, placed)])),
    ...timeline.rows.map((row, i) => drawRow(row, i, placed, textX, width)),
  ];
  const boxes = new Map(places.map((y, i) => [String(i), { x: 0, y: y - size.row / 2, width, height: size.row }]));
  return { elements, boxes, width, height };
}
