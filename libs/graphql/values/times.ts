import { GraphQLEnumType, type GraphQLFieldConfig, GraphQLString } from 'graphql';
import { humanDuration } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { Time } from '../scalars.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

/** How a point in time is shown. */
export type Form = 'text' | 'age' | 'seconds' | 'unix';

const TimeForm = new GraphQLEnumType({
  name: 'TimeForm',
  description: 'How a point in time is shown.',
  values: {
    RFC3339: { value: 'text', description: '2026-05-01T12:00:00Z' },
    AGE: { value: 'age', description: 'How long it is ago by the cluster’s clock, as kubectl shows it: 5m12s, 3d4h.' },
    AGE_SECONDS: { value: 'seconds', description: 'The same as a number of seconds; negative for what is to come.' },
    UNIX: { value: 'unix', description: 'Seconds since 1970-01-01T00:00:00Z.' },
  },
});

/** A time in a form; `now` for ages, in milliseconds. */
export function shownTime(text: string, form: Form, now: number): string | number {
  const at = Date.parse(text);
  switch (form) {
    case 'age':
      return humanDuration(now - at);
    case 'seconds':
      return (now - at) / 1000;
    case 'unix':
      return at / 1000;
    default:
      return text;
  }
}

/** The argument for how a time is shown. */
export const formArgument = {
  as: { type: TimeForm, defaultValue: 'text' satisfies Form, description: 'How it is shown: as a point in time, or as an age.' },
};

/** A field that is a point in time. */
export const timeField = (name: string): Field => ({
  type: Time,
  args: formArgument,
  resolve: (source, { as }: { as?: Form | null }, { now }) => {
    const text = (source as Readonly<Record<string, string | undefined>>)[name];
    return text ? shownTime(text, as ?? 'text', now()) : text;
  },
});

/** The age of an object, by the cluster's clock. */
export const ageField: Field = {
  type: GraphQLString,
  description: 'How old the object is, as kubectl shows it: 5m12s, 3d4h.',
  resolve: (metadata, _args, { now }) => {
    const { creationTimestamp } = metadata as { creationTimestamp?: string };
    return creationTimestamp ? shownTime(creationTimestamp, 'age', now()) : undefined;
  },
};
