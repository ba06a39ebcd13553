/** The directions of arrow keys. */
export const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const centreOf = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/**
 * The box that an arrow key leads to from another: the nearest one in that direction, what is straight ahead before what is aside;
 * undefined if there is none. `boxes`: by id `{ x, y, width, height }`.
 */
export function neighbourOf(boxes, from, key) {
  const direction = directions[key];
  const start = boxes.get(from);
  if (!direction || !start) return undefined;
  const [dx, dy] = direction;
  const { x, y } = centreOf(start);
  let best;
  for (const [id, box] of boxes) {
    const centre = centreOf(box);
    const ahead = (centre.x - x) * dx + (centre.y - y) * dy;
    if (id === from || ahead < 1) continue;
    const aside = Math.abs((centre.x - x) * dy) + Math.abs((centre.y - y) * dx);
    const far = ahead + 2 * aside;
    if (!best || far < best.far) best = { id, far };
  }
  return best?.id;
}
