import type { KubeObject } from '#apimachinery';

/** Reserved for configurations that are files of the API server's node (apis/admissionregistration/validation/static_suffix.go). */
const STATIC = '.static.k8s.io';

/** The warning for a name with the reserved suffix. */
export const staticSuffixWarnings = ({ metadata: { name } }: KubeObject): string[] =>
  name.endsWith(STATIC)
    ? [
        `metadata.name: names ending with "${STATIC}" are reserved for static manifest-based configurations and cannot be managed via the API`,
      ]
    : [];
