import { type CelType, DYN, ERROR, isExactType } from './types.js';

/**
 * Agreement of types with type parameters (cel-go's checker/types.go). Bindings are made in place and undone when an attempt fails, since
 * copying them for every attempt would cost the square of an expression's length.
 */
export class Bindings {
  private readonly bound = new Map<string, CelType>();
  private readonly trail: [string, CelType | undefined][] = [];

  find(type: CelType): CelType | undefined {
    return type.kind === 'param' ? this.bound.get(type.name) : undefined;
  }

  bind(param: CelType, to: CelType): void {
    this.trail.push([param.name, this.bound.get(param.name)]);
    this.bound.set(param.name, to);
  }

  /** Runs an attempt; what it bound is undone if it fails. */
  attempt(run: () => boolean): boolean {
    const mark = this.trail.length;
    if (run()) {
      this.trail.length = mark;
      return true;
    }
    while (this.trail.length > mark) {
      const [name, before] = this.trail.pop() ?? ['', undefined];
      if (before) this.bound.set(name, before);
      else this.bound.delete(name);
    }
    return false;
  }
}

const isDyn = (type: CelType): boolean => type.kind === 'dyn';
const isDynOrError = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'error';

function isEqualOrLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'param') return true;
  if (isDyn(b) || b.kind === 'param') return false;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.kind !== 'opaque' && a.kind !== 'list' && a.kind !== 'map') return isExactType(a, b);
  if (a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((param, i) => isEqualOrLessSpecific(param, b.params[i] ?? ERROR));
}

/** The more general of two types that agree. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isEqualOrLessSpecific(a, b) ? a : b;
}

function notReferencedIn(bindings: Bindings, type: CelType, within: CelType): boolean {
  if (isExactType(type, within)) return false;
  if (within.kind === 'param') {
    const bound = bindings.find(within);
    return !bound || notReferencedIn(bindings, type, bound);
  }
  return within.params.every((param) => notReferencedIn(bindings, type, param));
}

/** Whether b, a type parameter, can stand for a; `bound`: b already stands for some type. */
function substitutes(bindings: Bindings, a: CelType, b: CelType): { valid: boolean; bound: boolean } {
  if (a.kind === b.kind && isExactType(a, b)) return { valid: true, bound: true };
  const known = bindings.find(b);
  if (known) {
    if (a.kind === known.kind && isExactType(a, known)) return { valid: true, bound: true };
    if (!assignable(bindings, a, known)) return { valid: false, bound: true };
    const general = mostGeneral(a, known);
    if (notReferencedIn(bindings, b, general)) bindings.bind(b, general);
    return { valid: true, bound: true };
  }
  if (!notReferencedIn(bindings, b, a)) return { valid: false, bound: false };
  bindings.bind(b, a);
  return { valid: true, bound: false };
}

const NULLABLE = new Set(['opaque', 'struct', 'duration', 'timestamp', 'null_type']);

function assignable(bindings: Bindings, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const { valid, bound } = substitutes(bindings, a, b);
    if (valid || bound) return valid;
  }
  if (a.kind === 'param') return substitutes(bindings, b, a).valid;
  if (isDynOrError(a) || isDynOrError(b)) return true;
  if (a.kind === 'null_type') return NULLABLE.has(b.kind);
  if (b.kind === 'null_type') return NULLABLE.has(a.kind);
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((param, i) => assignable(bindings, param, b.params[i] ?? ERROR));
}

/** Whether a value of a can be used where b is expected; binds type parameters if so. */
export function isAssignable(bindings: Bindings, a: CelType, b: CelType): boolean {
  return bindings.attempt(() => assignable(bindings, a, b));
}

/** The same of each pair of two lists. */
export function isAssignableList(bindings: Bindings, a: readonly CelType[], b: readonly CelType[]): boolean {
  if (a.length !== b.length) return false;
  return bindings.attempt(() => a.every((type, i) => assignable(bindings, type, b[i] ?? ERROR)));
}

/** A type with its parameters replaced by what they are bound to; unbound ones by dyn if `toDyn`. */
export function substitute(bindings: Bindings, type: CelType, toDyn: boolean): CelType {
  const bound = bindings.find(type);
  if (bound) return substitute(bindings, bound, toDyn);
  if (type.kind === 'param') return toDyn ? DYN : type;
  if (type.params.length === 0) return type;
  let changed = false;
  const params = type.params.map((param) => {
    const replaced = substitute(bindings, param, toDyn);
    if (replaced !== param) changed = true;
    return replaced;
  });
  return changed ? { ...type, params, plain: params.every((param) => param.plain) } : type;
}
