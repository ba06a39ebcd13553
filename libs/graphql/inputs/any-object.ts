import { isJsonObject, type KubeObject } from '#apimachinery';
import { badInput } from '../errors.js';

/** The object that a value is. Throws for one without apiVersion, kind or metadata. */
export function objectOf(value: unknown): KubeObject {
  if (!isJsonObject(value)) throw badInput('expected an object');
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '') throw badInput("Object 'apiVersion' is missing");
  if (typeof kind !== 'string' || kind === '') throw badInput("Object 'Kind' is missing");
  if (!isJsonObject(metadata)) throw badInput('metadata is missing');
  return value as unknown as KubeObject;
}
