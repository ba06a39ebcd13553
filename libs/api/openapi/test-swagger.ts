import { newReader, readFields, readMessage } from '../protobuf/wire.js';

/** The names of the paths and definitions of a swagger document in protobuf. */
export function namesInSwagger(body: Uint8Array): { paths: string[]; definitions: string[] } {
  const reader = newReader(body);
  const found: { paths: string[]; definitions: string[] } = { paths: [], definitions: [] };
  readFields(reader, reader.len, (number, wireType) => {
    if (number !== 8 && number !== 9) return false;
    readMessage(reader, wireType, (inner, type) => {
      if (inner !== (number === 8 ? 2 : 1)) return false;
      readMessage(reader, type, (field) => {
        if (field === 1) found[number === 8 ? 'paths' : 'definitions'].push(reader.string());
        return field === 1;
      });
      return true;
    });
    return true;
  });
  return found;
}
