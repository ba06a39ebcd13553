import { lookOf, pluralOf } from './kinds.js';
import { wordsOf } from './outline.js';
import { cut, shortened, svg } from './svg.js';

const badge = { width: 50, middle: 26 };

/** The outline of a badge around (0, 0): each family of kinds has its own, so that it is told apart without colour too. */
const polygons = {
  workload: '-20,0 -11,-15 11,-15 20,0 11,15 -11,15',
  network: '0,-17 18,0 0,17 -18,0',
  access: '-14,-14 14,-14 14,4 0,16 -14,4',
  cluster: '-16,-7 -7,-15 7,-15 16,-7 16,7 7,15 -7,15 -16,7',
  event: '-15,-13 15,-13 15,8 4,8 -3,15 -3,8 -15,8',
};
const rectangles = { config: 2, storage: 13, other: 7 };

function shapeOf(family) {
  if (family === 'pod') return svg('circle', { r: 16 });
  if (polygons[family]) return svg('polygon', { points: polygons[family], 'stroke-linejoin': 'round' });
  return svg('rect', { x: -17, y: -13, width: 34, height: 26, rx: rectangles[family] ?? 7 });
}

const familyOf = ({ kind }) => lookOf(kind).family;

function badgeOf(box) {
  const { short, family } = lookOf(box.kind);
  return svg(
    'g',
    { class: `picture-badge picture-${family}`, transform: `translate(${badge.middle} 23)` },
    shapeOf(family),
    svg(
      'text',
      { 'text-anchor': 'middle', y: 4, class: short.length > 4 ? 'picture-longest' : short.length > 3 ? 'picture-long' : undefined },
      short,
    ),
  );
}

const titleOf = (box) =>
  box.count === undefined ? shortened(box.label, 20) : `+ ${box.count} ${shortened(pluralOf(box.kind || 'object'), 14)}`;

function secondLine(box) {
  if (box.status.text) return box.status.text;
  if (box.kind === 'Event' && typeof box.object?.message === 'string') return box.object.message;
  return box.count === undefined ? [box.kind, box.namespace].filter(Boolean).join(' · ') : 'click to show more';
}

/** One box: badge, name and status. It is a button for keyboards and screen readers. */
function drawBox(box, { x, y, width, height }) {
  const isGroup = box.count !== undefined;
  const hasTone = box.status.tone !== 'none';
  return svg(
    'g',
    {
      class: ['picture-box', isGroup && 'picture-group', box.deleted && 'picture-deleted'].filter(Boolean).join(' '),
      transform: `translate(${x} ${y})`,
      role: 'button',
      tabindex: -1,
      'data-id': box.id,
      'aria-label': `${wordsOf(box)}${isGroup ? '. Shows more of them' : ''}`,
    },
    svg('title', {}, `${wordsOf(box)}\n${box.path}`),
    ...(isGroup ? [svg('rect', { class: 'picture-behind', x: 5, y: 5, width, height, rx: 9 })] : []),
    svg('rect', { class: 'picture-frame', width, height, rx: 9 }),
    badgeOf(box),
    svg('text', { class: 'picture-name', x: badge.width, y: 19 }, titleOf(box)),
    ...(hasTone ? [svg('circle', { class: `picture-tone picture-${box.status.tone}`, cx: badge.width + 4, cy: 32, r: 4 })] : []),
    svg('text', { class: 'picture-status', x: badge.width + (hasTone ? 13 : 0), y: 36 }, cut(secondLine(box), hasTone ? 25 : 27)),
  );
}

/** A smooth way through the points. */
function pathThrough(points) {
  const [first, ...others] = points;
  let from = first;
  const parts = [`M${first.x} ${first.y}`];
  for (const to of others) {
    const half = (to.x - from.x) / 2;
    parts.push(`C${from.x + half} ${from.y} ${to.x - half} ${to.y} ${to.x} ${to.y}`);
    from = to;
  }
  return parts.join('');
}

const middleOf = (points) => {
  const [a, b] = [points[0], points[1]];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
};

function drawEdge({ edge, points }) {
  return svg('path', {
    class: 'picture-edge',
    d: pathThrough(points),
    'data-from': edge.from,
    'data-to': edge.to,
    'marker-end': 'url(#picture-arrow)',
  });
}

/** The relations' names: one for those from one box, at the edge in the middle; of equal boxes, the first one's is always to be seen. */
function drawLabels(edges, kindOf) {
  const fans = new Map();
  for (const drawn of edges) {
    const key = `${drawn.edge.from}\n${drawn.edge.fields.join()}`;
    if (!fans.has(key)) fans.set(key, []);
    fans.get(key).push(drawn);
  }
  const seen = new Set();
  return [...fans.values()].map((fan) => {
    const { edge, points } = [...fan].sort((a, b) => a.points.at(-1).y - b.points.at(-1).y)[Math.floor(fan.length / 2)];
    const like = `${kindOf(edge.from)}\n${edge.fields.join()}`;
    const classes = seen.has(like) ? 'picture-relation picture-again' : 'picture-relation';
    seen.add(like);
    const { x, y } = middleOf(points);
    return svg(
      'text',
      { class: classes, 'text-anchor': 'middle', x, y: y - 4, 'data-from': edge.from, 'data-to': edge.to },
      shortened(edge.fields.join(', '), 16),
    );
  });
}

const arrow = () =>
  svg(
    'marker',
    { id: 'picture-arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' },
    svg('path', { d: 'M0 0L8 4L0 8z' }),
  );

/** Draws boxes and edges where the layout places them; returns elements. */
export function drawGraph({ boxes }, layout) {
  const kinds = new Map(boxes.map(({ id, kind }) => [id, kind]));
  return [
    svg('defs', {}, arrow()),
    ...layout.edges.map(drawEdge),
    ...boxes.map((box) => drawBox(box, layout.boxes.get(box.id))),
    ...drawLabels(layout.edges, (id) => kinds.get(id)),
  ];
}

/** The families of kinds that are in a picture, in order: `[{ family, kinds }]`. */
export function legendOf(boxes) {
  const found = new Map();
  for (const box of boxes) found.set(familyOf(box), (found.get(familyOf(box)) ?? new Set()).add(box.kind || 'kind not told'));
  return [...found].map(([family, kinds]) => ({ family, kinds: [...kinds] }));
}
