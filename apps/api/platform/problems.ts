import { StartRefused } from '#cluster';
import { Problem } from '#hosting';
import { NameTaken, NoSnapshot, OrganizationGone, TooManyClusters, TooManySnapshots } from '#platform';
import { Compacted, FutureRevision } from '#storage';

/** The problem of a cluster that could not be created; other errors are returned as they are. */
export function creationProblem(error: unknown, name: string): unknown {
  if (error instanceof TooManyClusters) return new Problem(403, `exceeded quota: ${error.message}`);
  if (error instanceof OrganizationGone) return new Problem(422, 'organization: the organization is being removed');
  if (error instanceof StartRefused) return new Problem(422, error.message);
  if (error instanceof NameTaken) return new Problem(409, `the organization already has a cluster named ${name}`);
  return error;
}

/** The problem of a past state that does not exist; other errors are returned as they are. */
export function pastProblem(error: unknown): unknown {
  if (error instanceof NoSnapshot) return new Problem(422, error.message);
  if (error instanceof FutureRevision) return new Problem(422, error.message);
  if (error instanceof Compacted) return new Problem(410, error.message);
  return error instanceof TooManySnapshots ? new Problem(403, `exceeded quota: ${error.message}`) : error;
}
