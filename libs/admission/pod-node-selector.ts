import type { corev1 } from '#api';
import {
  bareError,
  forbidden,
  formatFieldError,
  getOwn,
  internalError,
  invalidValue,
  isQualifiedName,
  isValidLabelValue,
} from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { podOf } from './pod-attributes.js';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';
const PODS = { group: '', resource: 'pods' };

type Labels = Readonly<Record<string, string>>;

/** Selectors by namespace, and the one of namespaces without an annotation under `clusterDefaultNodeSelector`. */
type Selectors = Labels;

/** The labels of a selector `a=b,c=d` (labels.ConvertSelectorToLabelsMap). Throws upstream's plain error. */
function labelsOf(selector: string): Labels {
  if (selector === '') return {};
  return Object.fromEntries(
    selector.split(',').map((part) => {
      const pair = part.split('=');
      const [key = '', value = ''] = pair.map((text) => text.trim());
      if (pair.length !== 2) throw bareError(`invalid selector: [${pair.join(' ')}]`);
      const wrongKey = isQualifiedName(key);
      if (wrongKey.length > 0) throw bareError(formatFieldError(invalidValue('<nil>', key, wrongKey.join('; '))));
      const wrongValue = isValidLabelValue(value);
      if (wrongValue.length > 0) throw bareError(formatFieldError(invalidValue(`[${key}]`, value, wrongValue.join('; '))));
      return [key, value];
    }),
  );
}

const conflicts = (a: Labels, b: Labels): boolean => Object.entries(a).some(([key, value]) => (getOwn(b, key) ?? value) !== value);

async function namespaceSelector({ namespace }: AdmissionAttributes, selectors: Selectors, { reader }: AdmissionContext): Promise<Labels> {
  const found = await reader.get<corev1.Namespace>('', 'namespaces', '', namespace);
  if (found === undefined) throw internalError(`namespace ${namespace} does not exist`);
  return labelsOf(found.metadata.annotations?.[ANNOTATION] ?? getOwn(selectors, 'clusterDefaultNodeSelector') ?? '');
}

async function validate(attributes: AdmissionAttributes, pod: corev1.Pod, around: { selectors: Selectors; ctx: AdmissionContext }) {
  const own = pod.spec.nodeSelector ?? {};
  const { name } = pod.metadata;
  if (conflicts(await namespaceSelector(attributes, around.selectors, around.ctx), own)) {
    throw forbidden(PODS, name, 'pod node label selector conflicts with its namespace node label selector');
  }
  const allowed = labelsOf(getOwn(around.selectors, attributes.namespace) ?? '');
  if (Object.keys(allowed).length === 0 || Object.entries(own).every(([key, value]) => getOwn(allowed, key) === value)) return;
  throw forbidden(PODS, name, 'pod node label selector labels conflict with its namespace whitelist');
}

async function admit(attributes: AdmissionAttributes, pod: corev1.Pod, around: { selectors: Selectors; ctx: AdmissionContext }) {
  const wanted = await namespaceSelector(attributes, around.selectors, around.ctx);
  const { spec } = pod;
  if (conflicts(wanted, spec.nodeSelector ?? {})) return validate(attributes, pod, around);
  if (Object.keys(wanted).length > 0) spec.nodeSelector = { ...wanted, ...spec.nodeSelector };
  return validate(attributes, pod, around);
}

function selecting(selectors: Selectors): AdmissionPlugin {
  return {
    name: 'PodNodeSelector',
    operations: ['CREATE'],
    resources: ['pods'],
    defaultOff: true,
    configured: (configuration) => selecting(selectorsOf(configuration)),
    admit(attributes, ctx) {
      const pod = podOf(attributes);
      return pod && admit(attributes, pod, { selectors, ctx });
    },
    validate(attributes, ctx) {
      const pod = podOf(attributes);
      return pod && validate(attributes, pod, { selectors, ctx });
    },
  };
}

/** The texts of `podNodeSelectorPluginConfig`; whatever else is there is ignored, as upstream does (readConfig). */
function selectorsOf(configuration: unknown): Selectors {
  const given = (configuration as { podNodeSelectorPluginConfig?: unknown } | undefined)?.podNodeSelectorPluginConfig;
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(Object.entries(given).filter(([, selector]) => typeof selector === 'string'));
}

/** Pods get the node selector of their namespace, and may only use allowed labels (plugin/pkg/admission/podnodeselector). */
export const podNodeSelector: AdmissionPlugin = selecting({});
