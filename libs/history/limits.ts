/** The limits of what is read of a log for one answer. */
export const HISTORY_LIMITS = {
  /** Log entries that are read. */
  entries: 20_000,
  /** Entries of one page: between pages others have their turn. */
  page: 200,
  /** About how many bytes of values a page has. */
  pageBytes: 8 * 1024 * 1024,
  /** About how many characters of values are kept for one answer. */
  kept: 64 * 1024 * 1024,
  /** Conditions, and events, that are told of an advance. */
  happenings: 200,
  /** Steps of a trace, and objects that differ. */
  steps: 2_000,
};
