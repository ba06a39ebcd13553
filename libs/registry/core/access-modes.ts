import { type FieldError, type FieldPath, fieldForbidden, notSupported } from '#apimachinery';

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const SUPPORTED = Object.keys(SHORT).sort();

/** Access modes in tables, in the order RWO,ROX,RWX,RWOP (helpers.go GetAccessModesAsString). */
export function formatAccessModes(modes: readonly string[] | undefined): string {
  return Object.entries(SHORT)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** Access modes of a volume or a claim: known ones; ReadWriteOncePod must be the only one. */
export function validateAccessModes(modes: readonly string[], path: FieldPath): FieldError[] {
  const known = modes.filter((mode) => Object.hasOwn(SHORT, mode));
  const errors = modes.filter((mode) => !Object.hasOwn(SHORT, mode)).map((mode) => notSupported(path, mode, SUPPORTED));
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')) {
    errors.push(fieldForbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}
