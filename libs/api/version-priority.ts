const PATTERN = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STABILITY = ['alpha', 'beta', undefined];

/**
 * Sorts the versions of a group, the preferred one first: stable ones, betas, alphas, each with the higher number first, then all other
 * names alphabetically (apimachinery/pkg/version CompareKubeAwareVersionStrings).
 */
export function byVersionPriority(a: string, b: string): number {
  const [one, other] = [PATTERN.exec(a), PATTERN.exec(b)];
  if (one === null || other === null) return Number(one === null) - Number(other === null) || (a < b ? -1 : a > b ? 1 : 0);
  const stability = STABILITY.indexOf(other[2]) - STABILITY.indexOf(one[2]);
  return stability || Number(other[1]) - Number(one[1]) || Number(other[3] ?? 0) - Number(one[3] ?? 0);
}
