import type { KindSchema } from '#api';
import { plainCopy } from '#apimachinery';

/** A value that may be shared, as the schema may decode it: a copy, unless decoding copies it anyway. */
export function ownInput(schema: KindSchema, value: object): object {
  return schema.copies ? value : plainCopy(value);
}
