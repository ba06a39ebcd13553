import { type corev1, jsonSyntaxError } from '#api';
import { isJsonObject, jsonKind } from '#apimachinery';

type Toleration = corev1.Toleration;

/** A text or a value that holds no tolerations: the message is encoding/json's. */
export class NoTolerations extends Error {}

/** The fields and Go's names of their types. */
const FIELDS: ReadonlyArray<readonly [keyof Toleration, string]> = [
  ['key', 'string'],
  ['operator', 'v1.TolerationOperator'],
  ['value', 'string'],
  ['effect', 'v1.TaintEffect'],
  ['tolerationSeconds', 'int64'],
];

function tolerationOf(given: unknown): Toleration {
  if (given === null) return {};
  if (!isJsonObject(given)) throw new NoTolerations(`json: cannot unmarshal ${jsonKind(given)} into Go value of type v1.Toleration`);
  const entries = FIELDS.flatMap(([name, type]) => {
    const value = given[name];
    if (value === undefined || value === null) return [];
    if (type === 'int64' ? !Number.isInteger(value) : typeof value !== 'string')
      throw new NoTolerations(`json: cannot unmarshal ${jsonKind(value)} into Go struct field Toleration.${name} of type ${type}`);
    return [[name, value]];
  });
  return Object.fromEntries(entries) as Toleration;
}

/** A list of tolerations. Throws NoTolerations. */
export function tolerationsOf(given: unknown): Toleration[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw new NoTolerations(`json: cannot unmarshal ${jsonKind(given)} into Go value of type []v1.Toleration`);
  return given.map(tolerationOf);
}

/** The tolerations in a JSON text. Throws NoTolerations. */
export function decodeTolerations(text: string): Toleration[] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new NoTolerations(jsonSyntaxError(text));
  }
  return tolerationsOf(given);
}
