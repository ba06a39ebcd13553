import { stringify } from 'yaml';

/**
 * As sigs.k8s.io/yaml writes: keys sorted, lists not indented below their key, strings quoted that YAML 1.1 reads as something else
 * (`"yes"`, `"2026-01-01T00:00:00Z"`), and no anchors, even if parts are shared between objects.
 */
export const YAML_FORM = {
  sortMapEntries: true,
  lineWidth: 0,
  aliasDuplicateObjects: false,
  indentSeq: false,
  schema: 'yaml-1.1',
} as const;

/** Nodes that are written without yielding: about a millisecond. */
const PIECE = 200;
/** Longer keys may be written as explicit keys: they stay in one piece with their value. */
const LONGEST_KEY = 200;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The number of nodes in a value, counted up to a limit. */
function nodesIn(value: unknown, most: number): number {
  if (!isObject(value)) return 1;
  let count = 1;
  for (const member of Object.values(value)) {
    if (count > most) break;
    count += nodesIn(member, most - count);
  }
  return count;
}

/** Whether writing the value takes so long that it should be done in pieces. */
export const isLongYaml = (value: unknown): boolean => nodesIn(value, 5 * PIECE) > 5 * PIECE;

function indented(text: string, pad: string): string {
  return pad === '' ? text : `${pad}${text.slice(0, -1).replace(/\n(?=[^\n])/g, `\n${pad}`)}\n`;
}

/** A large member, written by itself below its key or after its dash. */
function* memberPieces(key: string | undefined, value: object, indent: number): Generator<string> {
  const pad = ' '.repeat(indent);
  if (key !== undefined) yield `${pad}${stringify({ [key]: null }, YAML_FORM).slice(0, -': null\n'.length)}:\n`;
  let first = key === undefined;
  for (const piece of yamlPieces(value, key !== undefined && Array.isArray(value) ? indent : indent + 2)) {
    yield first ? `${pad}- ${piece.slice(indent + 2)}` : piece;
    first = false;
  }
}

/**
 * A value as YAML, in pieces that each take little time to produce; joined, they are the same text as if it were written at once. `indent`:
 * its indentation. A deeply nested value, or one without large parts, is one piece.
 */
export function* yamlPieces(value: object, indent = 0): Generator<string> {
  const list = Array.isArray(value);
  const members: ReadonlyArray<readonly [string, unknown]> = list
    ? value.map((item) => ['', item] as const)
    : Object.entries(value).filter(([, member]) => member !== undefined);
  const inOrder = list ? members : members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const pad = ' '.repeat(indent);
  let batch: Array<readonly [string, unknown]> = [];
  let nodes = 0;
  const flush = (): string => {
    const together = list ? batch.map(([, member]) => member) : Object.fromEntries(batch);
    batch = [];
    nodes = 0;
    return indented(stringify(together, YAML_FORM), pad);
  };
  if (inOrder.length === 0) yield flush();
  for (const [key, member] of inOrder) {
    const size = nodesIn(member, PIECE);
    if (isObject(member) && size > PIECE && key.length <= LONGEST_KEY) {
      if (batch.length > 0) yield flush();
      yield* memberPieces(list ? undefined : key, member, indent);
      continue;
    }
    batch.push([key, member]);
    nodes += size;
    if (nodes > PIECE) yield flush();
  }
  if (batch.length > 0) yield flush();
}
