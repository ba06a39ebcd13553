import { limits } from '../limits.js';

/** Whether there are more values in one, at any depth, or on more levels, than a client may give at once. Texts are one each. */
export function excessOf(value: unknown): 'many' | 'deep' | undefined {
  let left: unknown[] = [value];
  let seen = 0;
  for (let depth = 0; left.length > 0; depth += 1) {
    if (depth > limits.variableDepth) return 'deep';
    const below: unknown[] = [];
    for (const one of left) {
      if (typeof one !== 'object' || one === null) continue;
      for (const name in one) {
        seen += 1;
        if (seen > limits.variableValues) return 'many';
        below.push((one as Record<string, unknown>)[name]);
      }
    }
    left = below;
  }
  return undefined;
}

/** Why an object is not taken: decoding and comparing it would take long; undefined: it is. */
export function excessOfObject(object: object): string | undefined {
  const excess = excessOf(object);
  if (excess === 'deep') return `the object is nested deeper than ${limits.variableDepth} levels`;
  return excess && `the object holds more than ${limits.variableValues} values: write it with kubectl`;
}

/** Whether the JSON of a value has about as many characters, or more. */
export function isLonger(value: unknown, length: number): boolean {
  const open: unknown[] = [value];
  let left = length;
  while (open.length > 0 && left > 0) {
    const one = open.pop();
    left -= typeof one === 'string' ? one.length + 3 : 3;
    if (typeof one !== 'object' || one === null) continue;
    const isList = Array.isArray(one);
    for (const name in one) {
      if (!isList) left -= name.length + 3;
      if (left <= 0) return true;
      open.push((one as Record<string, unknown>)[name]);
    }
  }
  return left <= 0;
}
