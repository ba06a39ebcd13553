import type { Definition, Field, Type } from '../definition.js';
import { maxDepth } from '../limits.js';
import { scheme } from '../scheme.js';
import { ProtobufError } from './error.js';
import { scalars } from './scalar.js';
import { type Codec, specialCodecs } from './special.js';
import { type Reader, readEnd, readFields, readMessage, type Writer, writeMessage } from './wire.js';

type Plain = Record<string, unknown>;

/** One field of a message: a field of the definition, or an embedded message whose fields belong to the same definition. */
interface Member {
  number: number;
  name: string;
  read(reader: Reader, wireType: number, into: Plain, depth: number): void;
  write(writer: Writer, from: Plain): void;
}

const structs = new Map<Definition, Codec>();
function structCodec(definition: Definition): Codec {
  let codec = structs.get(definition);
  if (!codec) {
    let members: Members | undefined;
    const known = (): Members => {
      members ??= membersOf(definition.fields, 0);
      return members;
    };
    codec = {
      read(reader, wireType, depth) {
        const into: Plain = {};
        known().read(reader, readEnd(reader, wireType), into, depth + 1);
        return into;
      },
      write: (writer, number, value) => writeMessage(writer, number, () => known().write(writer, value as Plain)),
    };
    structs.set(definition, codec);
  }
  return codec;
}

const specials = specialCodecs(() => structCodec(scheme.definition('apiextensions.v1.JSONSchemaProps')));

/** The codec of a single value; those of lists and maps are built from it. */
function codecOf(type: Type): Codec {
  switch (type.of) {
    case 'struct':
      return structCodec(type.definition);
    case 'list':
      return wrappedList(codecOf(type.items));
    case 'map':
      throw new ProtobufError('a map within a list or map has no protobuf form');
    case 'string':
    case 'bytes':
    case 'int32':
    case 'int64':
    case 'double':
    case 'boolean':
      return scalars[type.of];
    default:
      return specials[type.of];
  }
}

/** A list in a separate message: Go's ExtraValue, the values of a map, and Verbs. */
function wrappedList(items: Codec): Codec {
  return {
    read(reader, wireType, depth) {
      const list: unknown[] = [];
      readMessage(reader, wireType, (number, type) => {
        if (number === 1) list.push(items.read(reader, type, depth));
        return number === 1;
      });
      return list;
    },
    write(writer, number, value) {
      writeMessage(writer, number, () => {
        for (const item of value as unknown[]) items.write(writer, 1, item);
      });
    },
  };
}

function listMember(name: string, number: number, items: Type): Member {
  const codec = codecOf(items);
  const packable = items.of === 'int32' || items.of === 'int64' || items.of === 'boolean' || items.of === 'double';
  return {
    number,
    name,
    read(reader, wireType, into, depth) {
      into[name] ??= [];
      const list = into[name] as unknown[];
      if (!packable || wireType !== 2) {
        list.push(codec.read(reader, wireType, depth));
        return;
      }
      const end = readEnd(reader, wireType);
      while (reader.pos < end) list.push(codec.read(reader, items.of === 'double' ? 1 : 0, depth));
    },
    write(writer, from) {
      for (const item of from[name] as unknown[]) codec.write(writer, number, item);
    },
  };
}

function mapMember(name: string, number: number, values: Type): Member {
  const codec = codecOf(values);
  const empty = (): unknown =>
    values.of === 'string' || values.of === 'bytes' ? '' : values.of === 'list' ? [] : values.of === 'quantity' ? '0' : {};
  return {
    number,
    name,
    read(reader, wireType, into, depth) {
      into[name] ??= {};
      const map = into[name] as Plain;
      let key = '';
      let value: unknown;
      readMessage(reader, wireType, (field, type) => {
        if (field === 1) key = reader.string();
        else if (field === 2) value = codec.read(reader, type, depth);
        return field === 1 || field === 2;
      });
      Object.defineProperty(map, key, { value: value ?? empty(), enumerable: true, writable: true, configurable: true });
    },
    write(writer, from) {
      const map = from[name] as Plain;
      for (const key of Object.keys(map).sort()) {
        writeMessage(writer, number, () => {
          writer.uint32(10).string(key);
          codec.write(writer, 2, map[key]);
        });
      }
    },
  };
}

/** Lists whose Go type is a separate message (meta/v1 generated.proto). */
const WRAPPED = new Set(['v1.Verbs']);

function leaf(field: Field, number: number): Member {
  const { name, type } = field;
  if (type.of === 'list' && !WRAPPED.has(field.go)) return listMember(name, number, type.items);
  if (type.of === 'map') return mapMember(name, number, type.values);
  const codec = codecOf(type);
  return {
    number,
    name,
    read(reader, wireType, into, depth) {
      into[name] = codec.read(reader, wireType, depth);
    },
    write: (writer, from) => codec.write(writer, number, from[name]),
  };
}

interface Members {
  read(reader: Reader, end: number, into: Plain, depth: number): void;
  write(writer: Writer, from: Plain): void;
  /** Whether an object has any of these fields. */
  any(from: Plain): boolean;
}

function embedded(number: number, fields: readonly Field[], level: number): { member: Member; members: Members } {
  const members = membersOf(fields, level + 1);
  const member: Member = {
    number,
    name: '',
    read: (reader, wireType, into, depth) => members.read(reader, readEnd(reader, wireType), into, depth + 1),
    write: (writer, from) => {
      if (members.any(from)) writeMessage(writer, number, () => members.write(writer, from));
    },
  };
  return { member, members };
}

/** The members of a message at `level` of the proto path, in the order of their numbers. */
function membersOf(fields: readonly Field[], level: number): Members {
  const groups = new Map<number, Field[]>();
  for (const field of fields) {
    const number = field.proto[level];
    if (number !== undefined) groups.set(number, [...(groups.get(number) ?? []), field]);
  }
  const members: Member[] = [];
  for (const [number, group] of [...groups].sort(([a], [b]) => a - b)) {
    const [first] = group;
    if (first && first.proto.length === level + 1) members.push(leaf(first, number));
    else members.push(embedded(number, group, level).member);
  }
  const byNumber = new Map(members.map((m) => [m.number, m]));
  const names = fields.map((f) => f.name);
  return {
    any: (from) => names.some((name) => from[name] !== undefined && from[name] !== null),
    read(reader, end, into, depth) {
      if (depth > maxDepth) throw new ProtobufError('exceeded max depth');
      readFields(reader, end, (number, wireType) => {
        const member = byNumber.get(number);
        member?.read(reader, wireType, into, depth);
        return member !== undefined;
      });
    },
    write(writer, from) {
      for (const member of members) {
        if (member.name === '' || (from[member.name] !== undefined && from[member.name] !== null)) member.write(writer, from);
      }
    },
  };
}

const roots = new Map<Definition, Members>();
function rootOf(definition: Definition): Members {
  let root = roots.get(definition);
  if (!root) {
    root = membersOf(definition.fields, 0);
    roots.set(definition, root);
  }
  return root;
}

/** Decodes the message of a definition (without envelope). Throws ProtobufError or RangeError (protobufjs) on malformed bytes. */
export function readDefinition(definition: Definition, reader: Reader): Plain {
  const into: Plain = {};
  rootOf(definition).read(reader, reader.len, into, 0);
  return into;
}

/** Encodes the message of a definition (without envelope). Unknown fields are omitted. */
export function writeDefinition(definition: Definition, writer: Writer, value: Plain): void {
  rootOf(definition).write(writer, value);
}
