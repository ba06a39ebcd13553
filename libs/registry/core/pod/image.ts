const DOMAIN =
  '(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?';
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
// A single alternation anchored at both ends; the length of images is limited, so matching stays linear in practice.
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*(?::([\\w][\\w.-]{0,127}))?(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);
const IDENTIFIER = /^[a-f0-9]{64}$/;

/**
 * The tag of an image: `latest` if it has neither tag nor digest, '' for a digest or an invalid reference (pkg/util/parsers ParseImageName
 * over github.com/distribution/reference).
 */
function imageTag(image: string | undefined): string {
  if (!image || image.length > 4096 || IDENTIFIER.test(image)) return '';
  const match = REFERENCE.exec(image);
  if (!match) return '';
  return match[1] ?? (match[2] ? '' : 'latest');
}

/** The default pull policy of an image: Always for latest, IfNotPresent otherwise (core/v1 defaults.go). */
export function defaultPullPolicy(image: string | undefined): string {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent';
}
