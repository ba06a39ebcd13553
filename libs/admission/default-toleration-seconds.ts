import type { AdmissionPlugin } from '#apiserver';
import { podOf } from './pod-attributes.js';

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const SECONDS = 300;

/**
 * Pods stay for five minutes on a node that is not ready or unreachable, unless they specify otherwise
 * (plugin/pkg/admission/defaulttolerationseconds).
 */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  admit(attributes) {
    const pod = podOf(attributes);
    if (!pod) return;
    const standing = pod.spec.tolerations ?? [];
    const tolerated = (taint: string) => standing.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute'));
    const missing = TAINTS.filter((taint) => !tolerated(taint));
    if (missing.length === 0) return;
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }));
    pod.spec.tolerations = [...standing, ...added];
  },
};
