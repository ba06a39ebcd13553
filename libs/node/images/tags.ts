/** Whether a tag of an image exists. */
export type TagRule = (tag: string) => boolean;

/** Existing versions: the highest minor (and the lowest) of each major. */
export type Versions = Readonly<Record<number, readonly [lowest: number, highest: number]>>;

const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[.-](.+))?$/;
const LARGEST_PATCH = 99;

const VARIANT =
  /^(alpine|slim|bookworm|bullseye|buster|trixie|bionic|focal|jammy|noble|perl|otel|debian|glibc|musl|uclibc|management|fpm|apache|cli|oracle|community|full|minimal|r\d+|rc\.?\d+|beta\.?\d+|alpha\.?\d+|\d+)[a-z0-9.]*$/;

/** A valid tag is a known name (`latest`), or a version in range, optionally followed by known variants (`1.27-alpine3.20`). */
export function tags({ names = [], versions = {} }: { names?: readonly string[]; versions?: Versions }): TagRule {
  const known = new Set(['latest', ...names]);
  return (tag) => {
    if (known.has(tag)) return true;
    const [head = '', ...variants] = tag.split('-');
    if (known.has(head) && variants.every((variant) => VARIANT.test(variant))) return true;
    if (VARIANT.test(head) && !/^\d/.test(head) && variants.every((variant) => VARIANT.test(variant))) return known.has(head);
    return isVersion(tag, versions);
  };
}

function isVersion(tag: string, versions: Versions): boolean {
  const match = VERSION.exec(tag);
  if (!match) return false;
  const [, major, minor, patch, variants] = match;
  const range = versions[Number(major)];
  if (!range) return false;
  if (minor !== undefined && (Number(minor) < range[0] || Number(minor) > range[1])) return false;
  if (patch !== undefined && Number(patch) > LARGEST_PATCH) return false;
  return variants === undefined || variants.split('-').every((variant) => VARIANT.test(variant));
}

/** Any syntactically valid tag: for images of which all tags are assumed to exist. */
export const anyTag: TagRule = () => true;
