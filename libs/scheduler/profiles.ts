import type { corev1 } from '#api';
import type { Informers } from '#client';
import type { SchedulerSettings } from '#controller-runtime';
import { DEFAULT_CONFIGURATION, readConfiguration, type SchedulerConfiguration } from './config/configuration.js';
import type { PluginSetup } from './framework.js';
import { type Happening, helpOf } from './hints.js';
import { DEFAULT_SCHEDULER, Profile } from './profile.js';
import { LONGEST_WAIT, type QueueRules, type Rejected } from './queue.js';

/** The profiles of a scheduler, by the scheduler name that pods give. */
export class Profiles {
  private readonly byName: ReadonlyMap<string, Profile>;
  readonly rules: QueueRules;

  constructor(configuration: SchedulerConfiguration, setup: Omit<PluginSetup, 'args'>, longestWait = LONGEST_WAIT) {
    const { profiles, podInitialBackoffSeconds, podMaxBackoffSeconds } = configuration;
    this.byName = new Map(profiles.map((settings) => [settings.schedulerName, new Profile(settings, setup)]));
    const [sorting] = [...this.byName.values()].flatMap((profile) => profile.at('queueSort'));
    this.rules = {
      initialBackoff: podInitialBackoffSeconds * 1000,
      maxBackoff: podMaxBackoffSeconds * 1000,
      longestWait,
      sort: (a, b) => sorting?.queueSort?.(a, b) ?? 0,
      gate: (pod) => this.gate(pod, setup.informers),
    };
  }

  /** The profile that schedules a pod; undefined if it is for another scheduler. */
  of({ spec }: corev1.Pod): Profile | undefined {
    return this.byName.get(spec.schedulerName ?? DEFAULT_SCHEDULER);
  }

  get names(): readonly string[] {
    return [...this.byName.keys()];
  }

  /** Whether a change may help pods that were rejected. */
  help({ schedulerName, plugins }: Rejected, happening: Happening): false | ((pod: corev1.Pod) => boolean) {
    if (plugins.size === 0) return () => true;
    const profile = this.byName.get(schedulerName);
    return helpOf(
      [...plugins].map((name) => profile?.plugin(name) ?? {}),
      happening,
    );
  }

  private gate(pod: corev1.Pod, informers: Informers): string | undefined {
    return this.of(pod)
      ?.at('preEnqueue')
      .find((plugin) => plugin.preEnqueue?.(pod, informers) !== undefined)?.name;
  }
}

/** The profiles of a scheduler that is started with these settings. */
export function schedulerProfiles({ configuration, longestWait }: SchedulerSettings, setup: Omit<PluginSetup, 'args'>): Profiles {
  const read = configuration === undefined ? DEFAULT_CONFIGURATION : readConfiguration(configuration).configuration;
  return new Profiles(read, setup, longestWait);
}
