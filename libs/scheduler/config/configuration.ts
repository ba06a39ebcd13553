import { plugins } from '../plugins/index.js';
import { DEFAULT_SCHEDULER, type ProfileSettings, pointsOf } from '../profile.js';
import { pluginArgs } from './args.js';
import { type Errors, Fields } from './document.js';
import { readExtenders } from './extenders.js';
import { DEFAULT_ARGS } from './plugin-args.js';
import { pluginPoints } from './plugin-sets.js';

/** What a KubeSchedulerConfiguration decides (apis/config/types.go). */
export interface SchedulerConfiguration {
  profiles: readonly ProfileSettings[];
  podInitialBackoffSeconds: number;
  podMaxBackoffSeconds: number;
}

/** Without a configuration. */
export const DEFAULT_CONFIGURATION: SchedulerConfiguration = {
  profiles: [{ schedulerName: DEFAULT_SCHEDULER, points: pointsOf(plugins), args: DEFAULT_ARGS }],
  podInitialBackoffSeconds: 1,
  podMaxBackoffSeconds: 10,
};

/** Profiles at most: each is worked with like a scheduler of its own. */
const MOST_PROFILES = 32;

function percentageOf(of: Fields): number | undefined {
  if (!of.has('percentageOfNodesToScore')) return undefined;
  const percentage = of.integer('percentageOfNodesToScore', 0);
  of.within('percentageOfNodesToScore', percentage, [0, 100], '[0-100]');
  return percentage;
}

function profileOf(profile: Fields, only: boolean, percentage: number | undefined): ProfileSettings {
  const schedulerName = profile.text('schedulerName', only ? DEFAULT_SCHEDULER : '');
  if (schedulerName === '') profile.required('schedulerName', '');
  const percentageOfNodesToScore = percentageOf(profile) ?? percentage;
  return {
    schedulerName,
    points: pluginPoints(profile),
    args: pluginArgs(profile),
    ...(percentageOfNodesToScore !== undefined && { percentageOfNodesToScore }),
  };
}

function profilesOf(document: Fields): ProfileSettings[] {
  const given = document.objects('profiles');
  if (given.length > MOST_PROFILES) document.errors.push(`profiles: Too many: ${given.length}: must have at most ${MOST_PROFILES} items`);
  const listed = given.length > 0 ? given.slice(0, MOST_PROFILES) : [new Fields({}, 'profiles[0]', document.errors)];
  const percentage = percentageOf(document);
  const profiles = listed.map((each) => profileOf(each, listed.length === 1, percentage));
  const seen = new Map<string, number>();
  for (const [index, { schedulerName, points }] of profiles.entries()) {
    const before = seen.get(schedulerName);
    if (before !== undefined)
      document.errors.push(`profiles[${index}].schedulerName: Duplicate value: "profiles[${before}].schedulerName"`);
    seen.set(schedulerName, index);
    if (points.queueSort[0]?.plugin !== profiles[0]?.points.queueSort[0]?.plugin)
      listed[index]?.invalid('plugins.queueSort', {}, 'must be the same for all profiles');
  }
  return profiles;
}

/** The profiles, none of which looks at these extended resources. */
function withIgnored(profiles: readonly ProfileSettings[], ignored: readonly string[]): readonly ProfileSettings[] {
  if (ignored.length === 0) return profiles;
  return profiles.map((profile) => {
    const { NodeResourcesFit: fit, ...others } = profile.args;
    return { ...profile, args: { ...others, NodeResourcesFit: { ...fit, ignoredResources: [...fit.ignoredResources, ...ignored] } } };
  });
}

/** What is wrong with a KubeSchedulerConfiguration. */
export const configurationErrors = (document: unknown): readonly string[] => readConfiguration(document).errors;

/** Reads a KubeSchedulerConfiguration whose type and field names are checked; with errors the scheduler does not start. */
export function readConfiguration(document: unknown): { configuration: SchedulerConfiguration; errors: readonly string[] } {
  const errors: Errors = [];
  const fields = new Fields(document, '', errors);
  const parallelism = fields.integer('parallelism', 16);
  if (parallelism <= 0) fields.invalid('parallelism', parallelism, 'should be an integer value greater than zero');
  const profiles = profilesOf(fields);
  const podInitialBackoffSeconds = fields.integer('podInitialBackoffSeconds', DEFAULT_CONFIGURATION.podInitialBackoffSeconds);
  const podMaxBackoffSeconds = fields.integer('podMaxBackoffSeconds', DEFAULT_CONFIGURATION.podMaxBackoffSeconds);
  if (podInitialBackoffSeconds <= 0) fields.invalid('podInitialBackoffSeconds', podInitialBackoffSeconds, 'must be greater than 0');
  if (podMaxBackoffSeconds < podInitialBackoffSeconds)
    fields.invalid('podMaxBackoffSeconds', podMaxBackoffSeconds, 'must be greater than or equal to PodInitialBackoffSeconds');
  const ignored = readExtenders(fields, errors);
  return { configuration: { profiles: withIgnored(profiles, ignored), podInitialBackoffSeconds, podMaxBackoffSeconds }, errors };
}
