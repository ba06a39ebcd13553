import type { corev1 } from '#api';
import { bareError, isJsonObject, notFound } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { podQOS } from '#component-helpers';
import { podOf } from '../pod-attributes.js';
import { areAllowed, mergeTolerations } from '../tolerations.js';
import { decodeTolerations, NoTolerations, tolerationsOf } from './decode-tolerations.js';

type Toleration = corev1.Toleration;

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const ALLOWED = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const MEMORY_PRESSURE: Toleration = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };

/** For the whole cluster (apis/podtolerationrestriction Configuration). */
interface Configuration {
  default?: readonly Toleration[];
  whitelist?: readonly Toleration[];
}

/** The tolerations in an annotation of the namespace; undefined if it has none (extractNSTolerations). */
async function annotated(name: string, annotation: string, { reader }: AdmissionContext): Promise<Toleration[] | undefined> {
  const namespace = await reader.get<corev1.Namespace>('', 'namespaces', '', name);
  if (namespace === undefined) throw notFound({ group: '', resource: 'namespaces' }, name);
  const text = namespace.metadata.annotations?.[annotation];
  if (text === undefined || text === '') return text === undefined ? undefined : [];
  try {
    return decodeTolerations(text);
  } catch (error) {
    throw error instanceof NoTolerations ? bareError(error.message) : error;
  }
}

async function validate({ namespace }: AdmissionAttributes, pod: corev1.Pod, around: Around): Promise<void> {
  const tolerations = pod.spec.tolerations ?? [];
  if (tolerations.length === 0) return;
  const own = await annotated(namespace, ALLOWED, around.ctx);
  if (areAllowed(tolerations, own ?? around.configuration.whitelist ?? [])) return;
  const scope = own === undefined ? 'cluster' : 'namespace';
  throw bareError(`pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`);
}

async function admit(attributes: AdmissionAttributes, pod: corev1.Pod, around: Around): Promise<void> {
  const { operation, namespace } = attributes;
  const { configuration, ctx } = around;
  const defaults = operation === 'CREATE' ? ((await annotated(namespace, DEFAULTS, ctx)) ?? configuration.default ?? []) : [];
  const bestEffort = (pod.status?.qosClass ?? podQOS(pod.spec)) === 'BestEffort';
  const extra = bestEffort ? defaults : [...defaults, MEMORY_PRESSURE];
  if (extra.length > 0) pod.spec.tolerations = mergeTolerations(pod.spec.tolerations ?? [], extra);
  await validate(attributes, pod, around);
}

interface Around {
  configuration: Configuration;
  ctx: AdmissionContext;
}

/** Throws an Error for a configuration that cannot be read. */
function configurationOf(given: unknown): Configuration {
  const { default: defaults, whitelist } = isJsonObject(given) ? given : {};
  return { default: tolerationsOf(defaults), whitelist: tolerationsOf(whitelist) };
}

function restricting(configuration: Configuration): AdmissionPlugin {
  return {
    name: 'PodTolerationRestriction',
    operations: ['CREATE', 'UPDATE'],
    resources: ['pods'],
    defaultOff: true,
    configuration: { kinds: [['podtolerationrestriction.admission.k8s.io/v1alpha1', 'Configuration']] },
    configured: (given) => restricting(configurationOf(given)),
    admit(attributes, ctx) {
      const pod = podOf(attributes);
      return pod && admit(attributes, pod, { configuration, ctx });
    },
    validate(attributes, ctx) {
      const pod = podOf(attributes);
      return pod && validate(attributes, pod, { configuration, ctx });
    },
  };
}

/** Pods get the default tolerations of their namespace, and may only have allowed ones (plugin/pkg/admission/podtolerationrestriction). */
export const podTolerationRestriction: AdmissionPlugin = restricting({});
