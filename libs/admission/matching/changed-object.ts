import { DecodeError } from '#api';
import { internalError, type KubeObject } from '#apimachinery';
import { completed } from '#apiserver';
import type { Matched } from './matched.js';

/**
 * The object that a webhook or a policy has made, read as its kind and with its defaults. Throws 500 if it is not of the kind's form.
 * `strict`: unknown fields are an error.
 */
export const readChanged = (changed: object, { shape }: Matched, strict: boolean): KubeObject =>
  completed(decoded(changed, shape.schema, strict), shape);

function decoded(changed: object, schema: Matched['shape']['schema'], strict: boolean): KubeObject {
  try {
    const { object, strict: unknown } = schema.decode(changed, strict ? 'Strict' : 'Ignore');
    if (strict && unknown.length > 0) throw internalError(`strict decoding error: ${unknown.join(', ')}`);
    return object as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw internalError(error.message);
    if (error instanceof RangeError) throw internalError('exceeded max depth');
    throw error;
  }
}
