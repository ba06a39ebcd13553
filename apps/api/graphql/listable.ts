import { isForbidden } from '#apimachinery';
import { type ApiServer, attributesOfAccess, forbiddenError, type UserInfo } from '#apiserver';
import type { DiffSelection, GraphDiff } from '#graphql';

type Kind = NonNullable<DiffSelection['kinds']>[number];

interface Listable {
  /** Of which objects differences are told to the user. */
  of: DiffSelection;
  /** The kinds that the user may not list there. */
  refused: GraphDiff['refused'];
}

const nameOf = ({ group, resource }: Kind): string => (group === '' ? resource : `${resource}.${group}`);

/** Every kind whose objects can be listed, once. */
function allKinds({ cluster }: ApiServer): Kind[] {
  const listed = cluster.storages.served().resources.filter(({ verbs }) => verbs.includes('list'));
  return [...new Map(listed.map((kind) => [nameOf(kind), kind])).values()];
}

/**
 * What of a selection its user may list, in its namespace or in all of them. `check` throws 403 for users who may not do everything; what is
 * no object of the API is told to the others alone. Throws the refusal where nothing is left.
 */
export async function listable(
  api: ApiServer,
  { user, check }: { user: UserInfo; check(): Promise<void> },
  selection: DiffSelection,
): Promise<Listable> {
  let refusal: unknown;
  try {
    await check();
    return { of: selection, refused: [] };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    refusal = error;
  }
  const { namespace = '' } = selection;
  const kinds: Kind[] = [];
  const refused: GraphDiff['refused'] = [];
  for (const kind of selection.kinds ?? allKinds(api)) {
    const access = { user, verb: 'list', resource: { ...kind, version: '*', subresource: '', namespace, name: '' } };
    const { allowed, reason } = await api.cluster.access.authorize(access);
    if (allowed) kinds.push(kind);
    else {
      const error = forbiddenError(attributesOfAccess(access), reason);
      if (selection.kinds && refused.length === 0) refusal = error;
      refused.push({ kind: nameOf(kind), message: error.status.message ?? '' });
    }
  }
  if (kinds.length === 0 && refused.length > 0) throw refusal;
  return { of: { ...selection, kinds }, refused };
}
