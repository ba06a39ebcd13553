import { newWriter, type Writer, writeMessage } from '../protobuf/wire.js';
import type { Schema } from './schemas.js';

/**
 * The swagger document as protobuf, with the field numbers of gnostic's openapiv2/OpenAPIv2.proto. Covers the parts that our document has
 * and clients read: info, paths with their operations and parameters, definitions, vendor extensions.
 */
const text = (writer: Writer, number: number, value: unknown): void => {
  if (typeof value === 'string' && value !== '') writer.uint32((number << 3) | 2).string(value);
};
const flag = (writer: Writer, number: number, value: unknown): void => {
  if (value === true) writer.uint32(number << 3).bool(true);
};
const texts = (writer: Writer, number: number, values: unknown): void => {
  if (Array.isArray(values)) for (const value of values) writer.uint32((number << 3) | 2).string(String(value));
};
const schemaOf = (value: unknown): Schema => value as Schema;
const entries = (value: unknown): Array<[string, Schema]> => Object.entries((value ?? {}) as Record<string, Schema>);

/** Any: free-form values are encoded as YAML, of which JSON is a subset. */
function any(writer: Writer, number: number, value: unknown): void {
  writeMessage(writer, number, () => text(writer, 2, `${JSON.stringify(value)}\n`));
}

/** NamedAny for each member whose name begins with x-. */
function vendor(writer: Writer, number: number, value: Schema): void {
  for (const [name, member] of Object.entries(value)) {
    if (!name.startsWith('x-')) continue;
    writeMessage(writer, number, () => {
      text(writer, 1, name);
      any(writer, 2, member);
    });
  }
}

function named(writer: Writer, number: number, members: unknown, write: (writer: Writer, value: Schema) => void): void {
  for (const [name, value] of entries(members)) {
    writeMessage(writer, number, () => {
      text(writer, 1, name);
      writeMessage(writer, 2, () => write(writer, value));
    });
  }
}

function schema(writer: Writer, value: Schema): void {
  text(writer, 1, value.$ref);
  text(writer, 2, value.format);
  text(writer, 4, value.description);
  if (value.default !== undefined) any(writer, 5, value.default);
  texts(writer, 19, value.required);
  if (Array.isArray(value.enum)) for (const member of value.enum) any(writer, 20, member);
  const { additionalProperties, items, properties, type } = value;
  if (additionalProperties) writeMessage(writer, 21, () => writeMessage(writer, 1, () => schema(writer, schemaOf(additionalProperties))));
  if (type) writeMessage(writer, 22, () => text(writer, 1, type));
  if (items) writeMessage(writer, 23, () => writeMessage(writer, 1, () => schema(writer, schemaOf(items))));
  if (properties) writeMessage(writer, 25, () => named(writer, 1, properties, schema));
  vendor(writer, 31, value);
}

/** Field numbers of the three kinds of parameters, inside Parameter and inside themselves. */
function parameter(writer: Writer, value: Schema): void {
  if (value.in === 'body') {
    writeMessage(writer, 1, () => {
      text(writer, 1, value.description);
      text(writer, 2, value.name);
      text(writer, 3, 'body');
      flag(writer, 4, value.required);
      writeMessage(writer, 5, () => schema(writer, schemaOf(value.schema)));
    });
    return;
  }
  const inQuery = value.in === 'query';
  writeMessage(writer, 2, () =>
    writeMessage(writer, inQuery ? 3 : 4, () => {
      flag(writer, 1, value.required);
      text(writer, 2, value.in);
      text(writer, 3, value.description);
      text(writer, 4, value.name);
      text(writer, inQuery ? 6 : 5, value.type);
      flag(writer, inQuery ? 20 : 19, value.uniqueItems);
    }),
  );
}

function parameters(writer: Writer, number: number, list: unknown): void {
  if (!Array.isArray(list)) return;
  for (const value of list) writeMessage(writer, number, () => writeMessage(writer, 1, () => parameter(writer, schemaOf(value))));
}

function response(writer: Writer, value: Schema): void {
  writeMessage(writer, 1, () => {
    text(writer, 1, value.description);
    if (value.schema) writeMessage(writer, 2, () => writeMessage(writer, 1, () => schema(writer, schemaOf(value.schema))));
  });
}

function operation(writer: Writer, value: Schema): void {
  texts(writer, 1, value.tags);
  text(writer, 3, value.description);
  text(writer, 5, value.operationId);
  texts(writer, 6, value.produces);
  texts(writer, 7, value.consumes);
  parameters(writer, 8, value.parameters);
  writeMessage(writer, 9, () => named(writer, 1, value.responses, response));
  texts(writer, 10, value.schemes);
  vendor(writer, 13, value);
}

const methods: ReadonlyArray<readonly [string, number]> = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['options', 6],
  ['head', 7],
  ['patch', 8],
];

function pathItem(writer: Writer, value: Schema): void {
  for (const [method, number] of methods) if (value[method]) writeMessage(writer, number, () => operation(writer, schemaOf(value[method])));
  parameters(writer, 9, value.parameters);
}

function info(writer: Writer, value: Schema): void {
  text(writer, 1, value.title);
  text(writer, 2, value.version);
}

/** Encodes a swagger 2.0 document. */
export function encodeSwagger(document: Schema): Uint8Array {
  const writer = newWriter();
  text(writer, 1, document.swagger);
  writeMessage(writer, 2, () => info(writer, schemaOf(document.info)));
  writeMessage(writer, 8, () => named(writer, 2, document.paths, pathItem));
  writeMessage(writer, 9, () => named(writer, 1, document.definitions, schema));
  return writer.finish();
}
