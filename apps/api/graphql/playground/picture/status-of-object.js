/** What an object says of itself, as far as the query selects it: `{ text, tone }`, the tone `good`, `busy`, `bad` or `none`. */
const none = { text: '', tone: 'none' };

const tones = {
  good: ['Running', 'Succeeded', 'Ready', 'Bound', 'Active', 'Available', 'Complete', 'Normal'],
  busy: ['Pending', 'ContainerCreating', 'PodInitializing', 'Terminating', 'Released', 'Progressing', 'Unknown'],
  bad: ['Failed', 'NotReady', 'Lost', 'Warning', 'Evicted', 'OOMKilled', 'Error'],
};

const toneOf = (text) =>
  Object.keys(tones).find((tone) => tones[tone].includes(text)) ?? (/Err|BackOff|Fail|Invalid/.test(text) ? 'bad' : 'none');

const told = (text) => ({ text, tone: toneOf(text) });
const isNumber = (value) => typeof value === 'number';

function conditionOf(status, type) {
  const conditions = Array.isArray(status?.conditions) ? status.conditions : [];
  return conditions.find((condition) => condition?.type === type)?.status;
}

function share(ready, wanted) {
  if (wanted === 0) return { text: '0 replicas', tone: 'none' };
  return { text: `${ready ?? 0}/${wanted} ready`, tone: (ready ?? 0) >= wanted ? 'good' : 'busy' };
}

function ofPod({ metadata, status }) {
  if (metadata?.deletionTimestamp) return told('Terminating');
  const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((container) => container?.state);
  const reason = states.map((state) => state?.waiting?.reason ?? state?.terminated?.reason).find((found) => found && found !== 'Completed');
  const phase = status?.phase;
  if (reason) return told(reason);
  if (status?.reason) return told(status.reason);
  if (phase === 'Running' && conditionOf(status, 'Ready') === 'False') return { text: 'Running, not ready', tone: 'busy' };
  return phase ? told(phase) : none;
}

function ofNode({ spec, status }) {
  const ready = conditionOf(status, 'Ready');
  if (ready === undefined) return spec?.unschedulable ? { text: 'cordoned', tone: 'busy' } : none;
  const { text, tone } = told(ready === 'True' ? 'Ready' : 'NotReady');
  return spec?.unschedulable ? { text: `${text}, cordoned`, tone: tone === 'good' ? 'busy' : tone } : { text, tone };
}

function ofJob({ spec, status }) {
  if (conditionOf(status, 'Failed') === 'True') return told('Failed');
  if (conditionOf(status, 'Complete') === 'True') return told('Complete');
  if (isNumber(spec?.completions)) {
    const done = status?.succeeded ?? 0;
    return { text: `${done}/${spec.completions} succeeded`, tone: done >= spec.completions ? 'good' : 'busy' };
  }
  return isNumber(status?.active) ? { text: `${status.active} active`, tone: 'busy' } : none;
}

function ofReplicas({ spec, status }) {
  if (isNumber(status?.desiredNumberScheduled)) return share(status.numberReady, status.desiredNumberScheduled);
  const wanted = spec?.replicas ?? status?.replicas;
  const tells = status && ('readyReplicas' in status || 'availableReplicas' in status);
  return isNumber(wanted) && tells ? share(status.readyReplicas ?? status.availableReplicas, wanted) : none;
}

function ofAny({ metadata, status }) {
  if (metadata?.deletionTimestamp) return told('Terminating');
  if (typeof status?.phase === 'string') return told(status.phase);
  for (const type of ['Ready', 'Available']) {
    const is = conditionOf(status, type);
    if (is !== undefined) return is === 'True' ? told(type) : { text: `not ${type.toLowerCase()}`, tone: 'busy' };
  }
  return none;
}

const ofEvent = ({ type, count }) => ({
  text: isNumber(count) && count > 1 ? `${count} times` : '',
  tone: type === 'Warning' ? 'bad' : 'none',
});

const byKind = { Pod: ofPod, Node: ofNode, Job: ofJob, Event: ofEvent };
for (const kind of ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController']) byKind[kind] = ofReplicas;

/** The status of an object with the fields of its kind, under their own names; whatever is not there is not told. */
export function statusOf(kind, object) {
  if (!Object.hasOwn(byKind, kind)) return ofAny(object);
  const found = byKind[kind](object);
  return found === none ? ofAny(object) : found;
}
