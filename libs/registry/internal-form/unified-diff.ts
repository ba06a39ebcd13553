/** Unified diffs as Go's difflib (a port of Python's) makes them: their text is part of error messages. */

interface Match {
  a: number;
  b: number;
  size: number;
}

type Tag = 'equal' | 'replace' | 'delete' | 'insert';

interface Opcode {
  tag: Tag;
  a1: number;
  a2: number;
  b1: number;
  b2: number;
}

interface Range {
  a1: number;
  a2: number;
  b1: number;
  b2: number;
}

/** Positions of each line of b; lines that make up more than a hundredth of 200 or more are too popular to be matched by (autojunk). */
function indexLines(b: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  b.forEach((line, index) => {
    const known = positions.get(line);
    if (known) known.push(index);
    else positions.set(line, [index]);
  });
  if (b.length >= 200) {
    const popular = Math.floor(b.length / 100) + 1;
    for (const [line, indices] of positions) if (indices.length > popular) positions.delete(line);
  }
  return positions;
}

function longestMatch(a: readonly string[], b: readonly string[], positions: Map<string, number[]>, { a1, a2, b1, b2 }: Range): Match {
  let best: Match = { a: a1, b: b1, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = a1; i < a2; i += 1) {
    const next = new Map<number, number>();
    for (const j of positions.get(a[i] ?? '') ?? []) {
      if (j < b1) continue;
      if (j >= b2) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  let { a: i, b: j, size } = best;
  while (i > a1 && j > b1 && a[i - 1] === b[j - 1]) {
    i -= 1;
    j -= 1;
    size += 1;
  }
  while (i + size < a2 && j + size < b2 && a[i + size] === b[j + size]) size += 1;
  return { a: i, b: j, size };
}

function matchingBlocks(a: readonly string[], b: readonly string[]): Match[] {
  const positions = indexLines(b);
  const found: Match[] = [];
  const queue: Range[] = [{ a1: 0, a2: a.length, b1: 0, b2: b.length }];
  for (let range = queue.pop(); range; range = queue.pop()) {
    const match = longestMatch(a, b, positions, range);
    if (match.size === 0) continue;
    found.push(match);
    if (range.a1 < match.a && range.b1 < match.b) queue.push({ ...range, a2: match.a, b2: match.b });
    const [a1, b1] = [match.a + match.size, match.b + match.size];
    if (a1 < range.a2 && b1 < range.b2) queue.push({ ...range, a1, b1 });
  }
  return found.sort((x, y) => x.a - y.a || x.b - y.b);
}

function tagOf(deleted: boolean, inserted: boolean): Tag {
  if (deleted) return inserted ? 'replace' : 'delete';
  return 'insert';
}

function opcodes(a: readonly string[], b: readonly string[]): Opcode[] {
  const codes: Opcode[] = [];
  let [i, j] = [0, 0];
  for (const match of [...matchingBlocks(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (i < match.a || j < match.b) codes.push({ tag: tagOf(i < match.a, j < match.b), a1: i, a2: match.a, b1: j, b2: match.b });
    [i, j] = [match.a + match.size, match.b + match.size];
    const last = codes.at(-1);
    if (match.size === 0) continue;
    // Adjacent matches are one.
    if (last?.tag === 'equal' && last.a2 === match.a && last.b2 === match.b) [last.a2, last.b2] = [i, j];
    else codes.push({ tag: 'equal', a1: match.a, a2: i, b1: match.b, b2: j });
  }
  return codes;
}

/** Cuts the unchanged stretches down to the context around each change, and where they are long, into groups. */
function groups(codes: Opcode[], context: number): Opcode[][] {
  const first = codes[0];
  const last = codes.at(-1);
  if (first?.tag === 'equal') [first.a1, first.b1] = [Math.max(first.a1, first.a2 - context), Math.max(first.b1, first.b2 - context)];
  if (last?.tag === 'equal') [last.a2, last.b2] = [Math.min(last.a2, last.a1 + context), Math.min(last.b2, last.b1 + context)];
  const result: Opcode[][] = [];
  let group: Opcode[] = [];
  for (const code of codes) {
    if (code.tag === 'equal' && code.a2 - code.a1 > 2 * context) {
      group.push({ ...code, a2: code.a1 + context, b2: code.b1 + context });
      result.push(group);
      group = [{ ...code, a1: code.a2 - context, b1: code.b2 - context }];
    } else group.push(code);
  }
  if (group.length > 0 && !(group.length === 1 && group[0]?.tag === 'equal')) result.push(group);
  return result;
}

function formatRange(start: number, stop: number): string {
  const length = stop - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

/** The unified diff of two texts without file names: `@@ -1,3 +1,3 @@` and the lines. '' when they are alike. */
export function unifiedDiff(before: string, after: string, context = 3): string {
  const [a, b] = [before, after].map((text) => text.split('\n').map((line) => `${line}\n`)) as [string[], string[]];
  let text = '';
  for (const group of groups(opcodes(a, b), context)) {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) continue;
    text += `@@ -${formatRange(first.a1, last.a2)} +${formatRange(first.b1, last.b2)} @@\n`;
    for (const code of group) {
      if (code.tag === 'equal')
        text += a
          .slice(code.a1, code.a2)
          .map((line) => ` ${line}`)
          .join('');
      else {
        text += a
          .slice(code.a1, code.a2)
          .map((line) => `-${line}`)
          .join('');
        text += b
          .slice(code.b1, code.b2)
          .map((line) => `+${line}`)
          .join('');
      }
    }
  }
  return text;
}
