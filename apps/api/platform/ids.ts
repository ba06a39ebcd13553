import { Problem } from '#hosting';

/** The 404 for a cluster that does not exist. */
export const noCluster = (id: string): Problem => new Problem(404, `there is no cluster ${id}`);

/** The 404 for an organization that does not exist. */
export const noOrganization = (id: string): Problem => new Problem(404, `there is no organization ${id}`);

/** Whether a text can be an id or a name of the platform: a DNS label. Others are in no table, and some could not be stored. */
export function isReference(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
}
