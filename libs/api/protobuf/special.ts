import type { Special } from '../definition.js';
import { ProtobufError } from './error.js';
import { int64, type Reader, readEnd, readMessage, type Writer, writeMessage } from './wire.js';

/** How a type is read from and written to the wire, as the value of a field. */
export interface Codec {
  read(reader: Reader, wireType: number, depth: number): unknown;
  write(writer: Writer, number: number, value: unknown): void;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

function parsed(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(text(bytes)) as unknown;
  } catch {
    throw new ProtobufError('a raw value is not JSON');
  }
}

/** A message with one field of bytes that hold JSON (RawExtension, FieldsV1, JSON). */
const json: Codec = {
  read(reader, wireType) {
    let value: unknown = null;
    readMessage(reader, wireType, (number, type) => {
      if (number !== 1) return false;
      const end = readEnd(reader, type);
      value = parsed(reader.buf.subarray(reader.pos, end));
      reader.pos = end;
      return true;
    });
    return value;
  },
  write: (writer, number, value) => writeMessage(writer, number, () => writer.uint32(10).bytes(Buffer.from(JSON.stringify(value)))),
};

const quantity: Codec = {
  read(reader, wireType) {
    let value = '0';
    readMessage(reader, wireType, (number) => {
      if (number !== 1) return false;
      value = reader.string();
      return true;
    });
    return value;
  },
  write: (writer, number, value) => writeMessage(writer, number, () => writer.uint32(10).string(String(value))),
};

/** Seconds and nanoseconds since the epoch; Go's zero time is an empty message. */
function timestamp(micro: boolean): Codec {
  return {
    read(reader, wireType) {
      let seconds = 0;
      let nanos = 0;
      let any = false;
      readMessage(reader, wireType, (number) => {
        any = true;
        if (number === 1) seconds = int64(reader);
        else if (number === 2) nanos = reader.int32();
        return number === 1 || number === 2;
      });
      if (!any) return null;
      if (Math.abs(seconds) > 8.64e12) throw new ProtobufError('time out of range');
      const whole = new Date(seconds * 1000).toISOString().slice(0, -5);
      return micro ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${whole}Z`;
    },
    write(writer, number, value) {
      const [whole = '', fraction = ''] = String(value).replace('Z', '').split('.');
      const seconds = Date.parse(`${whole}Z`) / 1000;
      if (Number.isNaN(seconds)) throw new ProtobufError(`${JSON.stringify(value)} is not a time`);
      const nanos = micro ? Number(fraction.padEnd(9, '0').slice(0, 9)) : 0;
      writeMessage(writer, number, () => writer.uint32(8).int64(seconds).uint32(16).int32(nanos));
    },
  };
}

const intOrString: Codec = {
  read(reader, wireType) {
    let string = false;
    let integer = 0;
    let words = '';
    readMessage(reader, wireType, (number) => {
      if (number === 1) string = int64(reader) === 1;
      else if (number === 2) integer = reader.int32();
      else if (number === 3) words = reader.string();
      return number >= 1 && number <= 3;
    });
    return string ? words : integer;
  },
  write(writer, number, value) {
    const string = typeof value === 'string';
    writeMessage(writer, number, () =>
      writer
        .uint32(8)
        .int64(string ? 1 : 0)
        .uint32(16)
        .int32(string ? 0 : Number(value))
        .uint32(26)
        .string(string ? value : ''),
    );
  },
};

/**
 * JSONSchemaPropsOrArray, OrBool, OrStringArray: a schema in one field, the alternative in the other (apiextensions/v1/generated.proto).
 */
function alternative(schemaField: number, schema: () => Codec, other: { field: number; codec: Codec; list: boolean }): Codec {
  return {
    read(reader, wireType, depth) {
      let found: unknown = other.list ? [] : true;
      readMessage(reader, wireType, (number, type) => {
        if (number === schemaField) found = schema().read(reader, type, depth);
        else if (number === other.field) {
          const value = other.codec.read(reader, type, depth);
          if (other.list && Array.isArray(found)) found.push(value);
          else if (!other.list && typeof found === 'boolean') found = value;
        } else return false;
        return true;
      });
      return found;
    },
    write(writer, number, value) {
      writeMessage(writer, number, () => {
        if (Array.isArray(value)) for (const item of value) other.codec.write(writer, other.field, item);
        else if (typeof value === 'boolean') other.codec.write(writer, other.field, value);
        else {
          // A schema together with "allows" counts as a schema (JSONSchemaPropsOrBool.MarshalJSON reads Schema first).
          if (!other.list) other.codec.write(writer, other.field, true);
          schema().write(writer, schemaField, value);
        }
      });
    },
  };
}

const string: Codec = {
  read: (reader) => reader.string(),
  write: (writer, number, value) => writer.uint32((number << 3) | 2).string(String(value)),
};
const boolean: Codec = {
  read: (reader) => reader.bool(),
  write: (writer, number, value) => writer.uint32(number << 3).bool(value === true),
};

/** The codecs of types with a special form; `schema` is that of JSONSchemaProps. */
export function specialCodecs(schema: () => Codec): Readonly<Record<Special, Codec>> {
  const nested: Codec = { read: (r, w, d) => schema().read(r, w, d), write: (w, n, v) => schema().write(w, n, v) };
  return {
    quantity,
    time: timestamp(false),
    microTime: timestamp(true),
    intOrString,
    raw: json,
    fields: json,
    json,
    schemaOrArray: alternative(1, schema, { field: 2, codec: nested, list: true }),
    schemaOrBool: alternative(2, schema, { field: 1, codec: boolean, list: false }),
    schemaOrStrings: alternative(1, schema, { field: 2, codec: string, list: true }),
  };
}
