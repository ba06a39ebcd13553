/** Every bound of the graph, in one place. Sizes in characters, times in milliseconds of the machine. */
export const limits = {
  /** Characters of a document; long manifests belong in variables. */
  documentLength: 200_000,
  /** Lexical tokens of a document. */
  tokens: 10_000,
  /** Brackets of any sort that are open at once in a document. */
  brackets: 200,
  /** Fields written in a document, before fragments are expanded. */
  writtenFields: 1_500,
  /** Pairs of fields, and of spreads, that validation may have to compare: about a microsecond each. */
  fieldPairs: 15_000,
  /** Errors after which validation gives up. */
  validationErrors: 10,
  /** Nesting of fields; introspection has a bound of its own. */
  depth: 20,
  introspectionDepth: 16,
  /** Fields of an operation after fragments are expanded. */
  fields: 1_500,
  /** Points an operation may be estimated at: a point is one object read, ten entries of the log, or a relation followed. */
  estimate: 20_000,
  /** Points of one `__schema` and one `__type`. */
  schemaPoints: 5_000,
  typePoints: 100,
  /** Objects a relation is taken to hold where no limit is given. */
  assumedListSize: 10,
  /** Steps an event chain is taken to have. */
  assumedChainSteps: 100,
  /** Entries of the log that cost one point. */
  logEntriesPerPoint: 10,
  /** Errors in one answer; of more only the number is told. */
  errors: 100,
  /** Characters of a manifest. */
  manifestLength: 3 * 1024 * 1024,
  /** Documents in one manifest, empty ones counted, and objects. */
  manifestDocuments: 2_000,
  manifestObjects: 500,
  /** Default and largest page of a list. */
  pageSize: 100,
  largestPage: 500,
  /** Events, and characters of their objects, that may wait for a slow subscriber before it is cut off. */
  subscriptionBacklog: 2_000,
  subscriptionBacklogLength: 8 * 1024 * 1024,
  /** Log entries one eventChain looks at where it is not told how many. */
  chainEntries: 50_000,
  /** Writes a subscribed eventChain remembers before it ends. */
  chainMembers: 20_000,
  /** Log entries of the first page; later pages are sized so that one holds about so many characters. */
  logPage: 20,
  largestLogPage: 1_000,
  logPageLength: 2 * 1024 * 1024,
  /** How long one operation works before others get their turn. */
  slice: 8,
  /** Bytes of the graphs of clusters with kinds of their own, all together, and what one is taken to hold: measured. */
  ownGraphsBytes: 64 * 1024 * 1024,
  graphBytes: 256 * 1024,
  ownKindBytes: 8 * 1024,
  ownFieldBytes: 1024,
  /** Operations of one cluster that run at once. */
  operationsAtOnce: 32,
} as const;

/** What one operation may use while it runs; an event of a subscription counts as one operation. */
export const operationLimits = {
  /** Objects and list items in the answer. */
  objects: 100_000,
  /** Objects looked at to find those. */
  scanned: 200_000,
  /** Characters of the answer. */
  bytes: 16 * 1024 * 1024,
  logEntries: 50_000,
  /** Characters of those entries. */
  logBytes: 128 * 1024 * 1024,
  /** Time of the processor. */
  milliseconds: 3_000,
} as const;

/** What is counted while an operation runs. */
export type Counted = keyof typeof operationLimits;
