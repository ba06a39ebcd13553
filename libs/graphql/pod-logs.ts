import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLInt, GraphQLString } from 'graphql';
import type { KubeObject } from '#apimachinery';
import type { LogQuery } from '#client';
import type { GraphContext } from './context.js';
import { containerLog, costs } from './cost/points.js';
import { badInput } from './errors.js';
import { limits } from './limits.js';
import { withoutNulls } from './queries.js';

/** The field of pods that is what a container has printed. */
export const podLogsField: GraphQLFieldConfig<unknown, GraphContext> = {
  type: GraphQLString,
  description: 'As kubectl logs: what a container of this pod has printed. Needs the permission to get pods/log.',
  ...costs(containerLog),
  args: {
    container: { type: GraphQLString, description: 'Default: the one that is named as default, or the only one.' },
    tailLines: { type: GraphQLInt, description: `The last lines; default ${limits.logLines}, at most ${limits.longestLog}.` },
    previous: { type: GraphQLBoolean, description: 'Of the start before this one.' },
    sinceSeconds: { type: GraphQLInt, description: 'Only what was printed in the last seconds.' },
    timestamps: { type: GraphQLBoolean, description: 'Each line begins with its time.' },
  },
  async resolve(object, given: Pick<LogQuery, 'container' | 'tailLines' | 'previous' | 'sinceSeconds' | 'timestamps'>, context) {
    const { tailLines = limits.logLines, ...query } = withoutNulls(given);
    if (tailLines < 0 || tailLines > limits.longestLog) throw badInput(`tailLines must be between 0 and ${limits.longestLog}`);
    if (context.of(object as KubeObject).revision !== undefined)
      throw badInput('logs: they are those of pods as they are now, not of the past');
    const { name, namespace = '' } = (object as KubeObject).metadata;
    const wait = context.meter.turn();
    if (wait) await wait;
    return context.client.podLog(name, namespace, { ...query, tailLines, limitBytes: limits.logCharacters });
  },
};
