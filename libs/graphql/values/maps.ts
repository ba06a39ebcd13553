import { GraphQLBoolean, type GraphQLFieldConfig, type GraphQLObjectType, GraphQLString } from 'graphql';
import { getOwn } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { badInput } from '../errors.js';
import { nullableListOf } from '../output-types.js';
import { StringMap } from '../scalars.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
type Texts = Readonly<Record<string, string>>;

const keyArgument = { key: { type: GraphQLString, description: 'Answers with the text of this key alone; null if there is none.' } };

const textsOf = (source: unknown, name: string): Texts | undefined => (source as Readonly<Record<string, Texts | undefined>>)[name];

/** A field that is a map of texts: labels, annotations, a ConfigMap's data. */
export const textsField = (name: string): Field => ({
  type: StringMap,
  args: keyArgument,
  resolve: (source, { key }: { key?: string | null }) => {
    const texts = textsOf(source, name);
    return texts && typeof key === 'string' ? getOwn(texts, key) : texts;
  },
});

/** The UTF-8 text behind base64; throws if it is none. */
function decoded(key: string, base64: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    throw badInput(`${JSON.stringify(key.slice(0, 100))} is no UTF-8 text: ask for it without \`decode\``);
  }
}

/** A field that is a map of bytes in base64: a Secret's data. */
export const bytesMapField = (name: string): Field => ({
  type: StringMap,
  args: {
    ...keyArgument,
    decode: { type: GraphQLBoolean, defaultValue: false, description: 'Answers with the text behind base64, which must be UTF-8.' },
  },
  resolve: (source, { key, decode }: { key?: string | null; decode?: boolean | null }) => {
    const texts = textsOf(source, name);
    if (!texts) return texts;
    const shown = (of: string, text: string): string => (decode ? decoded(of, text) : text);
    if (typeof key !== 'string')
      return decode ? Object.fromEntries(Object.entries(texts).map(([of, text]) => [of, shown(of, text)])) : texts;
    const text = getOwn(texts, key);
    return text === undefined ? undefined : shown(key, text);
  },
});

/** A field that is a map of objects: a list of entries, ordered by key. */
export const structsByKeyField = (name: string, entry: GraphQLObjectType): Field => ({
  type: nullableListOf(entry),
  args: { key: { type: GraphQLString, description: 'Only the entry of this key.' } },
  resolve: (source, { key }: { key?: string | null }) => {
    const values = (source as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>)[name];
    if (!values) return values;
    if (typeof key === 'string') return Object.hasOwn(values, key) ? [{ key, value: values[key] }] : [];
    const keys = Object.keys(values).sort();
    return keys.map((one) => ({ key: one, value: values[one] }));
  },
});
