import type { corev1 } from '#api';
import { append, deepEqual, type FieldError, type FieldPath, getOwn, invalidValue } from '#apimachinery';
import { internalForm } from '../../../internal-form/internal-form.js';

type Spec = corev1.PodSpec;
type Term = corev1.NodeSelectorTerm;

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

function onlyAdded(next: Term, old: Term): boolean {
  if (!old.matchExpressions?.length && !old.matchFields?.length) return !next.matchExpressions?.length && !next.matchFields?.length;
  return (['matchExpressions', 'matchFields'] as const).every((list) => {
    const before = old[list] ?? [];
    return deepEqual((next[list] ?? []).slice(0, before.length), before);
  });
}

function validateAffinityChange(
  next: corev1.NodeAffinity | undefined,
  old: corev1.NodeAffinity | undefined,
  path: FieldPath,
): FieldError[] {
  const before = old?.[REQUIRED]?.nodeSelectorTerms ?? [];
  if (before.length === 0) return [];
  const terms = next?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const at = path.child(REQUIRED, 'nodeSelectorTerms');
  if (before.length !== terms.length) {
    const shown = internalForm('[]NodeSelectorTerm', next?.[REQUIRED]?.nodeSelectorTerms);
    return [invalidValue(at, shown, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')];
  }
  return terms.flatMap((term, index) =>
    onlyAdded(term, before[index] ?? {})
      ? []
      : [invalidValue(at.index(index), internalForm('NodeSelectorTerm', term), 'only additions are allowed (no mutations or deletions)')],
  );
}

/** The old node affinity merged into the new affinity, as upstream does. */
function restoreAffinity(spec: Spec, old: Spec): void {
  const before = old.affinity?.nodeAffinity;
  if (!spec.affinity) {
    if (before) spec.affinity = { nodeAffinity: before };
  } else if (!old.affinity && !spec.affinity.podAffinity && !spec.affinity.podAntiAffinity) delete spec.affinity;
  else spec.affinity = { ...spec.affinity, nodeAffinity: before };
}

/**
 * A pod with scheduling gates may be restricted to fewer nodes: node selectors and node affinity may be extended. Returns the errors and
 * puts the old values back into `spec`, so that the following comparison sees only other changes.
 */
export function maskGatedChanges(spec: Spec, old: Spec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!deepEqual(spec.nodeSelector, old.nodeSelector)) {
    const next = spec.nodeSelector ?? {};
    if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => getOwn(next, key) !== value)) {
      const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
      errors.push(invalidValue(path.child('nodeSelector'), spec.nodeSelector ?? null, text));
    }
    spec.nodeSelector = old.nodeSelector;
  }
  const [next, before] = [spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity];
  if (!deepEqual(next, before)) {
    append(errors, validateAffinityChange(next, before, path.child('affinity', 'nodeAffinity')));
    restoreAffinity(spec, old);
  }
  return errors;
}
