import { GraphQLEnumType, type GraphQLEnumValueConfigMap, type GraphQLFieldConfig } from 'graphql';
import type { GraphContext } from '../context.js';
import { limits } from '../limits.js';
import { fixedValues } from './fixed-values.js';
import { meanings } from './meanings.js';

/** What an enum shows of a value that is none of its own: a controller may write any text into a status. */
const UNRECOGNIZED = 'UNRECOGNIZED';

const signs: ReadonlyArray<readonly [string, string]> = [
  ['*', 'ALL'],
  ['+', '_PLUS_'],
  ['-', '_MINUS_'],
];

/** The name of a value in GraphQL: the value itself, with other characters replaced: `cert sign` → cert_sign, `*` → ALL. */
export function valueName(value: string): string {
  const spelled = signs.reduce((text, [sign, word]) => text.replaceAll(sign, word), value).replaceAll(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z_]/.test(spelled) && !['true', 'false', 'null'].includes(spelled) ? spelled : `_${spelled}`;
}

/** Go's name for a type, without its package: `v1.PodPhase` → PodPhase. */
const plainName = (go: string): string => go.replace(/^.*\./, '');

/** Whether a custom schema's values can be those of an enum: not too many, and with names that differ. */
export function isEnumerable(values: readonly string[]): boolean {
  const given = values.filter((value) => value !== '');
  if (given.length === 0 || given.length > limits.enumValues) return false;
  if (given.some(({ length }) => length > limits.enumValueLength)) return false;
  const names = new Set(given.map(valueName));
  return names.size === given.length && !names.has(UNRECOGNIZED) && ![...names].some((name) => name.startsWith('__'));
}

/** How the meaning of a value ends that is not to be used any more. */
const OBSOLETE = /(?:Deprecated|No longer used)\.$/;

/** What a value that GraphQL cannot carry is itself, and what it means. */
const told = (value: string, shown: string, meaning: string): string => (shown === value ? meaning : `\`${value}\`: ${meaning}`);

/**
 * A GraphQL enum for texts with fixed values. The empty one, which is the same as none, is not among them. `meaningOf`: what a value means.
 */
export function enumType(
  name: string,
  values: readonly string[],
  { description, meaningOf }: { description: string; meaningOf(value: string): string | undefined },
): GraphQLEnumType {
  // Both are made when they are first asked for: a custom kind may have thousands of enums.
  let names: ReadonlyMap<string, string> | undefined;
  const shownAs = (): ReadonlyMap<string, string> => {
    names ??= new Map(values.flatMap((value) => (value === '' ? [] : [[value, valueName(value)] as const])));
    return names;
  };
  const type = new GraphQLEnumType({
    name,
    description,
    values: (): GraphQLEnumValueConfigMap => {
      const config: GraphQLEnumValueConfigMap = {};
      for (const [value, shown] of shownAs()) {
        const meaning = meaningOf(value) ?? '';
        const deprecationReason = OBSOLETE.exec(meaning)?.[0];
        config[shown] = { value, description: told(value, shown, meaning), ...(deprecationReason && { deprecationReason }) };
      }
      return { ...config, [UNRECOGNIZED]: { description: 'Any other text: see `json`.' } };
    },
  });
  type.serialize = (value) => shownAs().get(String(value)) ?? UNRECOGNIZED;
  return type;
}

/** A field with a text of an enum; empty: null. */
export const enumField = (name: string, type: GraphQLEnumType): GraphQLFieldConfig<unknown, GraphContext> => ({
  type,
  resolve: (source) => (source as Readonly<Record<string, string | undefined>>)[name] || undefined,
});

/** The enums of one graph: one for each type of Go that has fixed values. */
export class EnumTypes {
  private readonly made = new Map<string, GraphQLEnumType>();

  /** `take` reserves a name that no other type has, like the given one. */
  constructor(private readonly take: (name: string) => string) {}

  /** The enum for a type of Go, with the values that the schema gives; undefined: any text is valid. */
  of(go: string, values: readonly string[] | undefined = fixedValues[go]): GraphQLEnumType | undefined {
    if (!values) return undefined;
    const key = JSON.stringify([go, values]);
    const known = this.made.get(key);
    if (known) return known;
    const type = enumType(this.take(plainName(go)), values, {
      description: `Fixed values, in the API’s own words: ${go}.`,
      meaningOf: (value) => meanings[go]?.[value],
    });
    this.made.set(key, type);
    return type;
  }
}
