import { prettyInternalForm } from './internal-form.js';
import { unifiedDiff } from './unified-diff.js';

/**
 * The changes between two objects, as shown by upstream's immutability errors: a unified diff of their internal forms
 * (apimachinery/pkg/util/diff).
 */
export function specDiff(type: string, before: unknown, after: unknown): string {
  return unifiedDiff(prettyInternalForm(type, before), prettyInternalForm(type, after));
}
