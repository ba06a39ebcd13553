import path from 'node:path';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Edge {
  from: string;
  to: string;
}
interface Layout {
  boxes: Map<string, Box>;
  edges: { edge: Edge; points: { x: number; y: number }[] }[];
  width: number;
  height: number;
}

const load = (file: string): Promise<unknown> => import(path.join(import.meta.dirname, file));
const { layoutOf } = (await load('layout.js')) as { layoutOf(ids: string[], edges: Edge[]): Layout };
const { neighbourOf } = (await load('neighbour.js')) as {
  neighbourOf(boxes: Map<string, Box>, from: string, key: string): string | undefined;
};

const laid = (text: string): Layout => {
  const edges = text.split(' ').map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });
  return layoutOf([...new Set(edges.flatMap(({ from, to }) => [from, to]))], edges);
};
const at = ({ boxes }: Layout, id: string): Box => boxes.get(id) ?? { x: -1, y: -1, width: 0, height: 0 };

test('each object stands to the right of what leads to it', () => {
  const layout = laid('deploy>rs rs>a rs>b a>node b>node deploy>node');
  const columns = ['deploy', 'rs', 'a', 'b', 'node'].map((id) => at(layout, id).x / 320);
  expect(columns).toEqual([0, 1, 2, 2, 3]);
  // Between its two children.
  expect(at(layout, 'rs').y).toBeCloseTo((at(layout, 'a').y + at(layout, 'b').y) / 2);
});

test('edges run from one box to the other, also those that lead back, and over layers', () => {
  const layout = laid('a>b b>c c>a a>c');
  for (const { edge, points } of layout.edges) {
    const [from, to] = [at(layout, edge.from), at(layout, edge.to)];
    const isBack = from.x > to.x;
    expect(points[0]).toEqual({ x: isBack ? from.x : from.x + from.width, y: from.y + from.height / 2 });
    expect(points.at(-1)).toEqual({ x: isBack ? to.x + to.width : to.x, y: to.y + to.height / 2 });
  }
});

test('boxes do not overlap, and all lie within the size', () => {
  const text = Array.from({ length: 300 }, (_, i) => `r${i % 7}>n${i} n${i}>m${(i * 17) % 40} m${i % 40}>k${i % 3}`).join(' ');
  const layout = laid(text);
  const boxes = [...layout.boxes.values()];
  const isOutside = ({ x, y, width, height }: Box) => x < 0 || y < 0 || x + width > layout.width || y + height > layout.height;
  const overlaps = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.x === b.x && Math.abs(a.y - b.y) < a.height));
  expect([boxes.filter(isOutside), overlaps]).toEqual([[], []]);
});

test('the order of layers leaves no crossing where none is needed', () => {
  const { boxes } = laid('a>x b>y c>z x>3 y>1 z>2');
  const order = (ids: string[]) => [...ids].sort((a, b) => (boxes.get(a)?.y ?? 0) - (boxes.get(b)?.y ?? 0)).join('');
  const places = 'xyz'.split('').map((id) => order(['x', 'y', 'z']).indexOf(id));
  const others = '312'.split('').map((id) => order(['1', '2', '3']).indexOf(id));
  expect(others).toEqual(places);
});

test('nothing is laid out as nothing', () => {
  expect(layoutOf([], [])).toEqual({ boxes: new Map(), edges: [], width: 0, height: 0 });
});

test('arrow keys lead to the nearest box in their direction', () => {
  const { boxes } = laid('a>x a>y a>z x>e');
  expect(neighbourOf(boxes, 'a', 'ArrowRight')).toBe('y');
  expect(neighbourOf(boxes, 'y', 'ArrowUp')).toBe('x');
  expect(neighbourOf(boxes, 'y', 'ArrowDown')).toBe('z');
  expect(neighbourOf(boxes, 'e', 'ArrowLeft')).toBe('x');
  expect(neighbourOf(boxes, 'a', 'ArrowLeft')).toBeUndefined();
  expect(neighbourOf(boxes, 'gone', 'ArrowLeft')).toBeUndefined();
});
