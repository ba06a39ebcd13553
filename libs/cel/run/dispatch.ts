import type { FunctionDeclaration, Implementation, Overload } from '../check/functions.js';
import type { CelType } from '../check/types.js';
import { isList, itemOf, listSize } from './json.js';
import { isMap } from './maps.js';
import {
  asDouble,
  CelError,
  Duration,
  HostValue,
  isInt,
  ObjectValue,
  Optional,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  type Value,
} from './values.js';

/** Whether a value is of a declared type, as far as it shows while an expression runs: of a list, the first item is looked at. */
function isOf(type: CelType, value: Value): boolean {
  switch (type.kind) {
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'int':
      return isInt(value);
    case 'double':
      return asDouble(value) !== undefined;
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'list':
      return isList(value) && (type.params[0]?.kind === 'list' || listSize(value) === 0 || isOf(type.params[0] ?? type, itemOf(value, 0)));
    case 'map':
      return isMap(value);
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'null_type':
      return value === null;
    case 'type':
      return value instanceof TypeValue;
    case 'opaque':
    case 'struct':
      if (type.name === 'optional_type') return value instanceof Optional;
      return value instanceof HostValue ? value.type === type : value instanceof ObjectValue;
    default:
      return true;
  }
}

const fits = ({ args }: Overload, values: readonly Value[]): boolean =>
  args.length === values.length && args.every((type, i) => isOf(type, values[i]));

/** Operators whose one implementation looks at the types itself. */
const OPERATORS = /^(?:_[-+*/%]_|-_|_[<>]=?_)$/;

/** What a call runs: the overload that the checker found, or the first that fits the values. */
export function dispatcher(declared: FunctionDeclaration, ids: readonly string[], arity: number): Implementation {
  const all = declared.overloads.filter(({ run, args }) => run && args.length === arity);
  const [only] = all;
  if (only?.run && OPERATORS.test(declared.name)) return only.run;
  const candidates = ids.length === 1 ? all.filter(({ id }) => id === ids[0]) : all;
  return (values, context) => {
    for (const candidate of candidates) if (candidate.run && fits(candidate, values)) return candidate.run(values, context);
    return new CelError(`no such overload: ${declared.name}(${values.map(typeName).join(', ')})`);
  };
}
