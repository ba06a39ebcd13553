import type { corev1 } from '#api';
import { getOwn, isValidLabelValue } from '#apimachinery';

/** Deprecated node labels and their replacements (pkg/api/node/util.go). */
const DEPRECATED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** The warning for a deprecated node label. */
export const deprecatedNodeLabel = (key: string): string | undefined => getOwn(DEPRECATED, key);

/** Warnings for a node selector term; `checkValues`: warns about invalid label values too (GetWarningsForNodeSelectorTerm). */
export function nodeSelectorTermWarnings(term: corev1.NodeSelectorTerm, checkValues: boolean, path: string): string[] {
  return (term.matchExpressions ?? []).flatMap(({ key, values }, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    const deprecated = deprecatedNodeLabel(key);
    const warnings = deprecated ? [`${at}.key: ${key} is ${deprecated}`] : [];
    if (!checkValues) return warnings;
    const bad = (values ?? []).flatMap((value, each) =>
      isValidLabelValue(value).map((message) => `${at}.values[${each}]: ${value} is invalid, ${message}`),
    );
    return [...warnings, ...bad];
  });
}
