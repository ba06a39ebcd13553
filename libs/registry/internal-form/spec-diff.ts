import { prettyInternalForm } from './internal-form.js';
import { unifiedDiff } from './unified-diff.js';

/** What changed between two objects, as upstream's immutability errors show it: a unified diff of their internal forms (apimachinery/pkg/util/diff). */
export function specDiff(type: string, before: unknown, after: unknown): string {
  return unifiedDiff(prettyInternalForm(type, before), prettyInternalForm(type, after));
}
