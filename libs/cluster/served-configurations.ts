import {
  CloudManagerSource,
  ControllerManagerSource,
  type ControlPlane,
  fileKey,
  type NodeFile,
  SchedulerSource,
  StartFailure,
} from '#apiserver';
import type { ClusterStore } from '#cacher';
import { managerConfigurations } from '#component-base';
import { configurationErrors, servedConfiguration } from '#scheduler';

type Configured = ReturnType<ControlPlane['configured']>;

/**
 * What a component of the control plane tells of its configuration, by the files of its node as they are now. Undefined if it does not come
 * up there, or is none that serves its configuration.
 */
export function configured(store: ClusterStore, component: string, node: string): Configured {
  const read = (path: string) => (store.peek(fileKey(node, path))?.object as NodeFile | undefined)?.content;
  if (component === 'kube-scheduler') return ofScheduler(new SchedulerSource(store, configurationErrors).outcomeIn(read));
  if (component === 'kube-controller-manager') return ofManager(component, new ControllerManagerSource(store).outcomeIn(read));
  return component === 'cloud-controller-manager' ? ofManager(component, new CloudManagerSource(store).outcomeIn(read)) : undefined;
}

function ofScheduler(settings: ReturnType<SchedulerSource['outcomeIn']>): Configured {
  if (settings instanceof StartFailure) return undefined;
  const { configuration, election, flags } = settings;
  const configurations = { componentconfig: servedConfiguration(configuration, election, flags) };
  return { configurations, ...(election.elects && { election }) };
}

type Managers = ControllerManagerSource | CloudManagerSource;

function ofManager(component: string, settings: ReturnType<Managers['outcomeIn']>): Configured {
  if (settings instanceof StartFailure) return undefined;
  const { election } = settings;
  return { configurations: managerConfigurations(component, settings) ?? {}, ...(election.elects && { election }) };
}
