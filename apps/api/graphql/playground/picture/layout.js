/** Sizes of the picture, in its own units (pixels at 100 %). */
const box = { width: 228, height: 46 };
const gap = { x: 92, y: 16, pointY: 8 };

/** Each box behind all that lead to it: the length of the longest way from a root. Where ways lead back, the edge back is turned round. */
function ranked(ids, edges) {
  const out = new Map(ids.map((id) => [id, []]));
  for (const edge of edges) out.get(edge.from).push(edge);
  const state = new Map();
  const order = [];
  const forward = new Map();
  for (const start of ids) {
    if (state.has(start)) continue;
    const stack = [{ id: start, at: 0 }];
    state.set(start, 'open');
    while (stack.length > 0) {
      const top = stack.at(-1);
      const edge = out.get(top.id)[top.at];
      top.at += 1;
      if (!edge) {
        state.set(top.id, 'done');
        order.push(top.id);
        stack.pop();
      } else {
        forward.set(edge, state.get(edge.to) !== 'open');
        if (!state.has(edge.to)) {
          state.set(edge.to, 'open');
          stack.push({ id: edge.to, at: 0 });
        }
      }
    }
  }
  const links = edges.map((edge) => (forward.get(edge) ? { edge, a: edge.from, b: edge.to } : { edge, a: edge.to, b: edge.from }));
  const rank = new Map(ids.map((id) => [id, 0]));
  const into = new Map(ids.map((id) => [id, []]));
  for (const link of links) into.get(link.b).push(link.a);
  for (const id of order.reverse()) rank.set(id, Math.max(0, ...into.get(id).map((before) => rank.get(before) + 1)));
  return { rank, links };
}

/** Layers from left to right. An edge over several layers has a point in each between, so that it keeps clear of boxes. */
function layered(ids, { rank, links }) {
  const layers = [];
  const cell = (id, layer, height) => {
    const made = { id, layer, height, before: [], behind: [] };
    layers[layer] ??= [];
    layers[layer].push(made);
    return made;
  };
  const cells = new Map(ids.map((id) => [id, cell(id, rank.get(id), box.height)]));
  const ways = links.map(({ edge, a, b }) => {
    const way = [cells.get(a)];
    for (let layer = rank.get(a) + 1; layer < rank.get(b); layer += 1) way.push(cell(undefined, layer, 0));
    way.push(cells.get(b));
    for (const [i, next] of way.slice(1).entries()) {
      way[i].behind.push(next);
      next.before.push(way[i]);
    }
    return { edge, way };
  });
  return { layers, cells, ways };
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Orders each layer by the mean place of its neighbours, to and fro, so that few edges cross. */
function sortLayers(layers) {
  const number = (layer) => {
    for (const [index, cell] of layer.entries()) cell.index = index;
  };
  layers.forEach(number);
  for (let pass = 0; pass < 6; pass += 1) {
    const side = pass % 2 === 0 ? 'before' : 'behind';
    for (const layer of pass % 2 === 0 ? layers.slice(1) : layers.slice(0, -1).reverse()) {
      for (const cell of layer) cell.weight = cell[side].length > 0 ? mean(cell[side].map(({ index }) => index)) : cell.index;
      layer.sort((a, b) => a.weight - b.weight);
      number(layer);
    }
  }
}

const distance = (above, below) => (above.height + below.height) / 2 + (above.height && below.height ? gap.y : gap.pointY);

/** The places nearest to the wished ones that keep the order and the distances: a regression with the condition of order. */
function placed(layer, wished) {
  const offsets = [0];
  for (let i = 1; i < layer.length; i += 1) offsets.push(offsets[i - 1] + distance(layer[i - 1], layer[i]));
  const blocks = [];
  for (const [i, wish] of wished.entries()) {
    blocks.push({ sum: wish - offsets[i], size: 1 });
    while (blocks.length > 1 && blocks.at(-2).sum / blocks.at(-2).size > blocks.at(-1).sum / blocks.at(-1).size) {
      const { sum, size } = blocks.pop();
      blocks.at(-1).sum += sum;
      blocks.at(-1).size += size;
    }
  }
  return blocks.flatMap(({ sum, size }) => Array(size).fill(sum / size)).map((place, i) => place + offsets[i]);
}

function placeLayers(layers) {
  const place = (layer, wish) => {
    for (const [i, y] of placed(layer, layer.map(wish)).entries()) layer[i].y = y;
  };
  for (const layer of layers) place(layer, () => 0);
  for (let pass = 0; pass < 9; pass += 1) {
    const side = pass % 2 === 0 ? 'behind' : 'before';
    for (const layer of pass % 2 === 0 ? [...layers].reverse() : layers)
      place(layer, (cell) => (cell[side].length > 0 ? mean(cell[side].map(({ y }) => y)) : cell.y));
  }
}

/**
 * Places boxes in layers from left to right: `boxes` by id as `{ x, y, width, height }` (x and y are the upper left corner), `edges` as
 * `{ edge, points }` from the box that `edge.from` names to the one that `edge.to` names, and the `width` and `height` of it all. It costs
 * about as much as there are boxes and edges.
 */
export function layoutOf(ids, edges) {
  if (ids.length === 0) return { boxes: new Map(), edges: [], width: 0, height: 0 };
  const { layers, cells, ways } = layered(ids, ranked(ids, edges));
  sortLayers(layers);
  placeLayers(layers);
  const all = layers.flat();
  for (const cell of all) cell.y = Math.round(cell.y);
  const top = Math.min(...all.map(({ y, height }) => y - height / 2));
  const bottom = Math.max(...all.map(({ y, height }) => y + height / 2));
  const left = (layer) => layer * (box.width + gap.x);
  const boxes = new Map([...cells].map(([id, { layer, y }]) => [id, { ...box, x: left(layer), y: y - box.height / 2 - top }]));
  const pointsOf = (way) =>
    way.flatMap(({ layer, y }, i) => {
      const [start, end] = [
        { x: left(layer), y: y - top },
        { x: left(layer) + box.width, y: y - top },
      ];
      if (i === 0) return [end];
      return i === way.length - 1 ? [start] : [start, end];
    });
  return {
    boxes,
    edges: ways.map(({ edge, way }) => ({ edge, points: way[0].id === edge.from ? pointsOf(way) : pointsOf(way).reverse() })),
    width: layers.length * (box.width + gap.x) - gap.x,
    height: bottom - top,
  };
}
