/** One line of a cluster's log with everything in it but the id of the request, which is the client's. */
export interface LoggedChange {
  revision: number;
  type: string;
  key: string;
  value: string;
  createRevision: number;
  version: number;
  previousRevision?: number;
  cause: { requestId: string; user: string; component?: string; wokenBy?: number; verb?: string };
  at: number;
}

/** The log as text, a line an entry, so that the first difference can be seen. */
export function logLines(entries: readonly LoggedChange[]): string[] {
  return entries.map(({ revision, type, key, value, createRevision, version, previousRevision = 0, cause, at }) => {
    const { user, component = '', wokenBy = 0, verb = '' } = cause;
    return `${revision} ${type} ${key} c${createRevision} v${version} p${previousRevision} @${at} by ${user} ${component} ${verb} <${wokenBy} ${value}`;
  });
}
