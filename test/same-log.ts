/** One log entry with everything in it except the id of the request, which is chosen by the client. */
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

/** The log as text, one line per entry, so that the first difference can be seen. */
export function logLines(entries: readonly LoggedChange[]): string[] {
  return entries.map(({ revision, type, key, value, createRevision, version, previousRevision = 0, cause, at }) => {
    const { user, component = '', wokenBy = 0, verb = '' } = cause;
    return `${revision} ${type} ${key} c${createRevision} v${version} p${previousRevision} @${at} by ${user} ${component} ${verb} <${wokenBy} ${value}`;
  });
}
