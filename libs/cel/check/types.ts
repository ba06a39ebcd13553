/** Kinds of types, named as cel-go prints the simple ones (common/types/types.go). */
type Kind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null_type'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint';

/** Words that are no names in expressions. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...[
    'true',
    'false',
    'null',
    'in',
    'as',
    'break',
    'const',
    'continue',
    'else',
    'for',
    'function',
    'if',
    'import',
    'let',
    'loop',
    'package',
  ],
  ...['namespace', 'return', 'var', 'void', 'while'],
]);

/** A field of an object type: its name in JSON (names of fields are escaped in expressions) and its type. */
export interface CelField {
  readonly key: string;
  readonly type: CelType;
}

/**
 * A type of CEL. Types that come of an OpenAPI schema know the sizes of their values besides, from which costs are estimated
 * (apiserver/pkg/cel/types.go DeclType).
 */
export interface CelType {
  readonly kind: Kind;
  /** `list`, `net.IP`, the name of an object type or of a type parameter. */
  readonly name: string;
  readonly params: readonly CelType[];
  /** The fields of an object type by their escaped names. */
  readonly fields?: ReadonlyMap<string, CelField>;
  /** Whether expressions may name and construct it. */
  readonly constructible?: boolean;
  /** Types of its parts exist under any names and may be constructed: `Object.spec` of `Object`. */
  readonly open?: boolean;
  /** Fields that an object type has without declaring them: every name, as in `Object{…}`. */
  readonly field?: (name: string) => CelType | undefined;
  /** The greatest size of a value: characters, bytes, items or properties. */
  readonly maxElements?: number;
  /** The least bytes of a value in JSON. */
  readonly minSize?: number;
  /** A string whose format makes it a value of another type in expressions. */
  readonly format?: 'byte' | 'date' | 'date-time' | 'duration';
  /** A list that is a set, or a map by some keys of its items: their order does not count, and + merges them. */
  readonly listType?: 'set' | 'map';
  readonly mapKeys?: readonly string[];
  /** What maps of such values have under keys that they do not have, in JSON. */
  readonly absent?: unknown;
  /** JSON's value is CEL's own, whatever is in it. */
  readonly plain?: boolean;
}

const simple = (kind: Kind, minSize: number, plain = false): CelType => ({ kind, name: kind, params: [], minSize, plain });

export const BOOL = simple('bool', 4, true);
export const BYTES = simple('bytes', 2);
export const DOUBLE = simple('double', 1);
export const DURATION = simple('duration', 3);
export const DYN = simple('dyn', 1, true);
export const ERROR: CelType = { kind: 'error', name: '!error!', params: [] };
export const INT = simple('int', 1, true);
export const NULL = simple('null_type', 4, true);
export const STRING = simple('string', 2, true);
export const TIMESTAMP = simple('timestamp', 12);
export const UINT = simple('uint', 1);

/** list(elem). */
export function listType(elem: CelType, maxElements?: number): CelType {
  return { kind: 'list', name: 'list', params: [elem], minSize: 2, maxElements, plain: elem.plain };
}

/** map(key, value). */
export function mapType(key: CelType, value: CelType, maxElements?: number): CelType {
  return { kind: 'map', name: 'map', params: [key, value], minSize: 2, maxElements, plain: value.plain };
}

/** optional_type(value). */
export function optionalType(value: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', params: [value] };
}

/** type(of). */
export function typeType(of?: CelType): CelType {
  return { kind: 'type', name: 'type', params: of ? [of] : [] };
}

/** A type parameter of a function's declaration, or a variable of the checker. */
export function typeParam(name: string): CelType {
  return { kind: 'param', name, params: [] };
}

/** A type without fields, known by its name: net.IP. */
function opaqueType(name: string): CelType {
  return { kind: 'opaque', name, params: [] };
}

/** An object type without fields that expressions see: kubernetes.URL. */
function hostType(name: string): CelType {
  return { kind: 'struct', name, params: [], fields: new Map() };
}

/** An object type with fields, by the names that expressions use. */
export function objectType(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  const entries = Object.entries(fields).map(([key, type]): [string, CelField] => [key, { key, type }]);
  return { kind: 'struct', name, params: [], fields: new Map(entries), minSize: 2 };
}

/** Whether two types are the same (cel-go's IsExactType). */
export function isExactType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((param, i) => isExactType(param, b.params[i] ?? ERROR));
}

/** A type in cel-go's text (checker/format.go): `list(int)`, `map(string, dyn)`, `null`. */
export function formatType(type: CelType): string {
  if (type.kind === 'null_type') return 'null';
  if (type.params.length === 0) return type.name;
  return `${type.name}(${type.params.map(formatType).join(', ')})`;
}

/** A field of an object by the name in an expression: words that CEL reserves may be written with or without their escape. */
export function fieldOf(type: CelType, name: string): CelField | undefined {
  return type.fields?.get(name) ?? (RESERVED_NAMES.has(name) ? type.fields?.get(`__${name}__`) : undefined);
}

/** The type of an object's field; undefined if it has none of that name. */
export function fieldType(type: CelType, name: string): CelType | undefined {
  return fieldOf(type, name)?.type ?? type.field?.(name);
}

/** `optional_type(T)`: T and true; other types themselves and false. */
export function unwrapOptional(type: CelType): { type: CelType; optional: boolean } {
  if (type.kind === 'opaque' && type.name === 'optional_type') return { type: type.params[0] ?? DYN, optional: true };
  return { type, optional: false };
}

/** The types of the Kubernetes libraries (apiserver/pkg/cel). */
export const URL_TYPE = hostType('kubernetes.URL');
export const QUANTITY = hostType('kubernetes.Quantity');
export const SEMVER = hostType('kubernetes.Semver');
export const FORMAT = hostType('kubernetes.NamedFormat');
export const IP = opaqueType('net.IP');
export const CIDR = opaqueType('net.CIDR');
export const AUTHORIZER = hostType('kubernetes.authorization.Authorizer');
export const PATH_CHECK = hostType('kubernetes.authorization.PathCheck');
export const GROUP_CHECK = hostType('kubernetes.authorization.GroupCheck');
export const RESOURCE_CHECK = hostType('kubernetes.authorization.ResourceCheck');
export const DECISION = hostType('kubernetes.authorization.Decision');
