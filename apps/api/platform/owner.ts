import { Problem } from '#hosting';
import type { Organization, Organizations } from '#platform';
import { isReference } from './ids.js';

/** The organization that a request names, or the default one. Throws a Problem. */
export async function ownerOf(organizations: Organizations, wanted: string | undefined): Promise<Organization> {
  if (wanted !== undefined) {
    const found = isReference(wanted) ? await organizations.get(wanted) : undefined;
    if (found) return found;
    throw new Problem(422, `organization: there is no organization named ${wanted}`);
  }
  const found = await organizations.default();
  if (found) return found;
  throw new Problem(422, 'organization: there are no organizations yet');
}
