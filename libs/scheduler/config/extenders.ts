import { isExtendedResource } from '#component-helpers';
import type { Errors, Fields } from './document.js';

/** Reads an extender; returns the extended resources that the filters leave to it. */
function readExtender(extender: Fields, seen: Set<string>): string[] {
  if (extender.text('prioritizeVerb', '') !== '' && extender.integer('weight', 0) <= 0)
    extender.invalid('weight', extender.integer('weight', 0), 'must have a positive weight applied to it');
  const leftOut: string[] = [];
  for (const resource of extender.objects('managedResources')) {
    const name = resource.text('name', '');
    if (!isExtendedResource(name)) resource.invalid('name', name, 'is an invalid extended resource name');
    if (seen.has(name)) resource.invalid('name', name, 'duplicate extender managed resource name');
    seen.add(name);
    if (resource.boolean('ignoredByScheduler')) leftOut.push(name);
  }
  // Extenders are HTTP servers that the scheduler calls. Upstream goes on without one that is ignorable and cannot be reached.
  if (!extender.boolean('ignorable'))
    extender.errors.push(
      `${extender.at('urlPrefix')}: Forbidden: extenders are not called here: set ignorable to go on without this one, or remove it`,
    );
  return leftOut;
}

/** Reads the extenders, none of which is ever called; returns the extended resources that filters do not look at because of them. */
export function readExtenders(document: Fields, errors: Errors): string[] {
  const seen = new Set<string>();
  const extenders = document.objects('extenders');
  const ignored = extenders.flatMap((extender) => readExtender(extender, seen));
  const binders = extenders.filter((extender) => extender.text('bindVerb', '') !== '').length;
  if (binders > 1)
    errors.push(`extenders: Invalid value: "found ${binders} extenders implementing bind": only one extender can implement bind`);
  return ignored;
}
