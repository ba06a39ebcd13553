import { type AdmissionAttributes, type AdmissionPlugin, integerOf } from '#apiserver';
import { podOf } from './pod-attributes.js';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const FLAGS: ReadonlyArray<readonly [flag: string, taint: string]> = [
  ['default-not-ready-toleration-seconds', NOT_READY],
  ['default-unreachable-toleration-seconds', UNREACHABLE],
];
const SECONDS = 300;

function admit(attributes: AdmissionAttributes, seconds: ReadonlyMap<string, number>): void {
  const pod = podOf(attributes);
  if (!pod) return;
  const standing = pod.spec.tolerations ?? [];
  const tolerated = (taint: string) => standing.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute'));
  const missing = [...seconds].filter(([taint]) => !tolerated(taint));
  if (missing.length === 0) return;
  const added = missing.map(([key, tolerationSeconds]) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }));
  pod.spec.tolerations = [...standing, ...added];
}

const tolerating = (seconds: ReadonlyMap<string, number>): AdmissionPlugin => ({
  name: 'DefaultTolerationSeconds',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  flagged(flags) {
    if (!FLAGS.some(([flag]) => flags.has(flag))) return undefined;
    return tolerating(new Map(FLAGS.map(([flag, taint]) => [taint, integerOf(flags, flag, SECONDS)])));
  },
  admit: (attributes) => admit(attributes, seconds),
});

/**
 * Pods stay for five minutes, or as long as flags say, on a node that is not ready or unreachable, unless they specify otherwise
 * (plugin/pkg/admission/defaulttolerationseconds).
 */
export const defaultTolerationSeconds: AdmissionPlugin = tolerating(new Map(FLAGS.map(([, taint]) => [taint, SECONDS])));
