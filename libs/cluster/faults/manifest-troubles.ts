import { isDeepStrictEqual } from 'node:util';
import { type ApiServer, CloudManagerSource, defaultElection, fileKey, type NodeFile, SchedulerSource, StartFailure } from '#apiserver';
import type { CachedObject } from '#cacher';
import { configurationErrors } from '#scheduler';
import { CLOUD_KEY, type ManagerPlace, managerPlace } from '../cloud/cloud.js';
import { manifestDirectory, readablePod, startFailure } from '../static-manifests.js';
import { CLOUD_CONTROLLER_MANAGER, type FaultList, type ManifestTrouble, STATIC_COMPONENTS, type StaticComponent } from './fault.js';
import { ELECTED, type Elected, type InstanceElection, isElected } from './leader-election.js';

/** The files of a node, by their paths. */
export type Files = ReadonlyMap<string, CachedObject>;

/** What is in the files of a node as of now. */
export async function filesOf({ cluster }: ApiServer, node: string): Promise<Files> {
  const prefix = fileKey(node, '/');
  const { items } = await cluster.store.list({ prefix });
  return new Map(items.map((row) => [row.key.slice(prefix.length - 1), row]));
}

export const contentOf = (row: CachedObject | undefined): string | undefined => (row?.object as NodeFile | undefined)?.content;

/** The text of a file on a node; undefined if there is none. */
type Read = (path: string) => string | undefined;

/** Why a component does not come up on a node with these files; undefined if it does. */
export function manifestTrouble(
  api: ApiServer,
  component: StaticComponent,
  read: Read,
): Pick<ManifestTrouble, 'state' | 'message'> | undefined {
  const path = `${manifestDirectory(read)}/${component}.yaml`;
  const text = read(path);
  if (text === undefined) return { state: 'missing', message: `there is no file ${path}` };
  const pod = readablePod(path, text);
  if (typeof pod === 'string') return { state: 'missing', message: pod };
  const failure = startFailure(pod, component);
  if (failure !== undefined) return { state: 'unstartable', message: failure };
  const message = flagFailure(api, component, read);
  return message === undefined ? undefined : { state: 'failing', message };
}

function flagFailure(api: ApiServer, component: StaticComponent, read: Read): string | undefined {
  if (component === 'kube-apiserver') return api.settings.failureWith(read);
  return isElected(component) ? sourceOf(api, component).failureWith(read) : undefined;
}

function sourceOf(api: ApiServer, component: Elected) {
  if (component === 'kube-controller-manager') return api.controllerManager;
  const { store } = api.cluster;
  return component === CLOUD_CONTROLLER_MANAGER ? new CloudManagerSource(store) : new SchedulerSource(store, configurationErrors);
}

const NO_CLOUD = 'Cloud provider could not be initialized: could not init cloud provider "orrery": the machine is in no cloud';

/** The same of cloud-controller-manager, which is not a static pod in every cluster; where there is no cloud, it finds none. */
function cloudManagerTrouble(api: ApiServer, place: ManagerPlace, read: Read): ReturnType<typeof manifestTrouble> {
  const trouble = manifestTrouble(api, CLOUD_CONTROLLER_MANAGER, read);
  if (place === 'static-pods') return trouble;
  if (place === 'outside' || trouble?.state === 'missing') return undefined;
  return trouble ?? { state: 'failing', message: NO_CLOUD };
}

interface FileChange {
  node: string;
  files: Files;
  change: ReadonlyMap<string, string | undefined>;
  now: number;
}

/** How the components of a node elect their leaders by these files, where that is not as by default. */
function electionsIn(api: ApiServer, node: string, read: Read): InstanceElection[] {
  return ELECTED.flatMap((component) => {
    const outcome = sourceOf(api, component).outcomeIn(read);
    if (outcome instanceof StartFailure || isDeepStrictEqual(outcome.election, defaultElection(component))) return [];
    return [{ component, node, ...outcome.election }];
  });
}

/** The list with the elections after files of a node have changed; the same one if they say the same. */
function withElections(api: ApiServer, list: FaultList, node: string, read: Read): FaultList {
  const before = list.elections ?? [];
  const here = electionsIn(api, node, read).map((found) => before.find((known) => isDeepStrictEqual(known, found)) ?? found);
  const elections = [...before.filter((known) => known.node !== node), ...here];
  return elections.length === before.length && here.every((found) => before.includes(found)) ? list : { ...list, elections };
}

/** The faults and elections after files of a node of the control plane have changed; the same list if they stay as they are. */
export function filesFollowed(api: ApiServer, list: FaultList, change: FileChange): Promise<FaultList> {
  return troublesAfter(api, withElections(api, list, change.node, readAfter(change)), change);
}

const readAfter =
  ({ files, change }: FileChange): Read =>
  (path) =>
    change.has(path) ? change.get(path) : contentOf(files.get(path));

/** The faults after files of a node of the control plane have changed. */
async function troublesAfter(api: ApiServer, list: FaultList, fileChange: FileChange): Promise<FaultList> {
  const { node, now } = fileChange;
  const read = readAfter(fileChange);
  const before = list.troubles ?? [];
  const place = managerPlace(await api.cluster.store.get(CLOUD_KEY));
  const here = STATIC_COMPONENTS.flatMap((component): ManifestTrouble[] => {
    const isOfCloud = component === CLOUD_CONTROLLER_MANAGER;
    const found = isOfCloud ? cloudManagerTrouble(api, place, read) : manifestTrouble(api, component, read);
    if (found === undefined) return [];
    const known = before.find((each) => each.node === node && each.component === component);
    return [known?.state === found.state && known.message === found.message ? known : { component, node, since: now, ...found }];
  });
  const isHere = (trouble: ManifestTrouble): boolean => trouble.node === node;
  const same = here.length === before.filter(isHere).length && here.every((trouble) => before.includes(trouble));
  return same ? list : { ...list, troubles: [...before.filter((trouble) => !isHere(trouble)), ...here] };
}
