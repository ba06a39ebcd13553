import { plugins } from '../plugins/index.js';
import { DEFAULT_SCHEDULER, type ProfileSettings, pointsOf } from '../profile.js';
import { DEFAULT_ARGS } from './plugin-args.js';

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
