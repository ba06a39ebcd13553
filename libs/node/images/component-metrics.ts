import { buildInfo, type Family, familiesText, gaugeOf, TEXT_FORMAT, versionInfoOf } from '#component-base';
import type { SecuredComponent } from './component-port.js';
import { type HttpAnswer, type ProgramView, plain } from './program.js';
import { versionOf } from './version-of.js';

const LEADER =
  "[ALPHA] Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.";

/** Metrics as they are served. */
export const metricsAnswer = (families: readonly Family[]): HttpAnswer => ({
  ...plain(familiesText(families)),
  headers: { 'Content-Type': TEXT_FORMAT },
});

/** What every process tells. */
export function processFamilies(view: ProgramView, version: string): Family[] {
  return [buildInfo(versionInfoOf(version)), processStart(view.startedAt)];
}

/** When a process was started (client_golang's process collector). */
export const processStart = (startedAt: number): Family =>
  gaugeOf('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', startedAt / 1000);

/** A component sends its requests to the API server of its own node. */
function atHost(family: Family, { podIP }: ProgramView): Family {
  if (family.name !== 'rest_client_requests_total') return family;
  return { ...family, samples: family.samples.map((sample) => ({ ...sample, labels: { ...sample.labels, host: `${podIP}:6443` } })) };
}

/** kube-scheduler names its election after itself, whatever its Lease is named (cmd/kube-scheduler/app/options makeLeaderElectionConfig). */
const leaseName = (component: string, election: { readonly name: string }): string =>
  component === 'kube-scheduler' ? component : election.name;

/** The metrics of a component of the control plane: only the instance that leads has done any work. */
export async function componentFamilies(name: SecuredComponent['name'], view: ProgramView): Promise<Family[]> {
  const { components, node = '', pod } = view;
  const isInstance = pod?.namespace === 'kube-system' && pod.name === `${name}-${node}`;
  const leads = isInstance && components?.leads(name, node) === true;
  const configured = components?.configured(name, node);
  const election = configured === undefined ? { name } : configured.election;
  const counted = leads ? ((await components?.metrics(name)) ?? []) : [];
  return [
    ...processFamilies(view, versionOf(view)),
    ...(election ? [gaugeOf('leader_election_master_status', LEADER, leads ? 1 : 0, { name: leaseName(name, election) })] : []),
    ...counted.map((family) => atHost(family, view)),
  ];
}
