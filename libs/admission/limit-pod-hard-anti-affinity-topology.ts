import { forbidden } from '#apimachinery';
import type { AdmissionPlugin } from '#apiserver';
import { podOf } from './pod-attributes.js';

const HOSTNAME = 'kubernetes.io/hostname';

/** Required anti-affinity may only be between nodes (plugin/pkg/admission/antiaffinity). */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  defaultOff: true,
  validate(attributes) {
    const pod = podOf(attributes);
    const terms = pod?.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const wrong = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (pod === undefined || wrong === undefined) return;
    const reason = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wrong.topologyKey} but only key ${HOSTNAME} is allowed`;
    throw forbidden({ group: '', resource: 'pods' }, pod.metadata.name, reason);
  },
};
