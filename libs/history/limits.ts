/** The limits of what is read of a log for one answer. */
export const HISTORY_LIMITS = {
  /** Log entries that are read. */
  entries: 20_000,
  /** Entries of one page: between pages others have their turn. */
  page: 200,
  /** Conditions, and events, that are told of an advance. */
  happenings: 200,
  /** Steps of a trace, and objects that differ. */
  steps: 2_000,
};
