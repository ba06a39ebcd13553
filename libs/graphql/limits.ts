/** All limits of the graph. Sizes are in characters, times in milliseconds of the machine. */
export const limits = {
  /** Characters of a document; long manifests belong in variables. */
  documentLength: 200_000,
  /** Lexical tokens of a document. */
  tokens: 10_000,
  /** Values in an operation's variables, and in one object of a manifest: members and items at any depth; and how deep they are nested. */
  variableValues: 20_000,
  variableDepth: 200,
  /** Characters of the JSON of variables from which on checking and coercing them takes several turns. */
  longVariables: 16 * 1024,
  /** Fields of the types of objects in variables, written or not: each is looked at; and objects in the arguments of a document. */
  variableFields: 60_000,
  writtenObjects: 500,
  /** Brackets of any kind that are open at once in a document. */
  brackets: 200,
  /** Operations, variables and directives of a document. */
  operations: 200,
  variables: 500,
  directives: 500,
  /** Fields written in a document, before fragments are expanded. */
  writtenFields: 1_500,
  /** Pairs of fields, and of spreads, that validation may have to compare: about a microsecond each. */
  fieldPairs: 15_000,
  /** Errors after which validation stops. */
  validationErrors: 10,
  /** Nesting of fields; introspection has its own limit. */
  depth: 20,
  introspectionDepth: 16,
  /** Fields of an operation after fragments are expanded. */
  fields: 1_500,
  /** Estimated points of an operation: a point is one object read, ten log entries, or a relation followed. */
  estimate: 20_000,
  /** Points of one `__schema` and one `__type`. */
  schemaPoints: 5_000,
  typePoints: 100,
  /** The number of objects assumed for a relation without a limit. */
  assumedListSize: 10,
  /** The number of steps assumed for an event chain. */
  assumedChainSteps: 100,
  /** Log entries that cost one point. */
  logEntriesPerPoint: 10,
  /** Points of one decision of the scheduler: all nodes and pods are looked at. */
  decisionPoints: 500,
  /** Conditions and values in a filter, how deeply they are nested, and characters of a text in one. */
  filterParts: 2_000,
  filterDepth: 40,
  filterText: 1_000,
  /** Steps of a filter on one object: a value looked at, or 16 characters of it. */
  filterSteps: 100_000,
  /** Objects that are looked at to fill one page of a filtered list. */
  filterScan: 10_000,
  /** Points of a list that is filtered, ordered or aggregated: all of its objects are looked at. */
  wholeListPoints: 1_000,
  /** Fields of an order. */
  orderFields: 10,
  /** Objects that one search looks at, and the characters of what it searches for. */
  searchScan: 20_000,
  searchText: 256,
  /** Objects that a search finds: by default, and at most. */
  searchHits: 20,
  mostSearchHits: 100,
  /** Places in one object that a search tells, and characters around what was found there. */
  searchMatches: 5,
  searchContext: 40,
  /** Points of a search over all kinds, and over each that is named. */
  searchPoints: 2_000,
  /** Groups of an aggregate. */
  groups: 1_000,
  /** Clusters of an organization on a page, by default and at most; points of opening one, and of its health. */
  clusterPage: 20,
  clustersAtOnce: 100,
  openingPoints: 50,
  healthPoints: 150,
  /** Kinds that one field reads. */
  kindsAtOnce: 100,
  /** Errors in one response; further ones are only counted. */
  errors: 100,
  /** Characters of a manifest. */
  manifestLength: 3 * 1024 * 1024,
  /** Characters of what is to be written, as manifest, objects or patch, from which on another thread does it: more takes steps of over 20 ms. */
  longWork: 32 * 1024,
  /** Documents in one manifest, including empty ones, and objects. */
  manifestDocuments: 2_000,
  manifestObjects: 500,
  /** How often a transaction is tried while other clients change its objects. */
  transactionAttempts: 3,
  /** Characters of a document in which the lines of refused fields are looked for, and how many fields of one. */
  locatedLength: 64 * 1024,
  locatedFields: 20,
  /** Default and largest page of a list. */
  pageSize: 100,
  largestPage: 500,
  /** Events, and characters of their objects, that are queued for a slow subscriber before it is disconnected. */
  subscriptionBacklog: 2_000,
  subscriptionBacklogLength: 8 * 1024 * 1024,
  /** Milliseconds for which a subscription gathers events, and paths of fields that it looks at. */
  longestBatch: 60_000,
  watchedPaths: 20,
  /** Times that a watch of a custom kind goes on without an event in between. */
  watchesAgain: 100,
  /** Log entries read by one eventChain if the argument is not given. */
  chainEntries: 50_000,
  /** Writes that `causes` goes back over, and versions of an object that `traceOf` looks at to find a client's. */
  causes: 100,
  versions: 1_000,
  /** Default and largest number of versions that `history` tells, and points of finding a request in the audit log. */
  history: 10,
  longestHistory: 100,
  auditPoints: 100,
  /** Groups of a user of whom it is asked what he may do, and characters of a path that is explained. */
  accessGroups: 100,
  fieldPathLength: 1_000,
  /** Default and largest number of lines of a log, its bytes, and its points: what a program prints is computed. */
  logLines: 100,
  longestLog: 5_000,
  logCharacters: 512 * 1024,
  logPoints: 20,
  /** Writes that a subscribed eventChain remembers before it ends. */
  chainMembers: 20_000,
  /** How often a chain that is followed is looked at for whether it has settled, and for how long a clock that stands still must have stood. */
  settleEvery: 250,
  standing: 3_000,
  /** Log entries of a page, and about how many bytes of values it has. */
  logPage: 1_000,
  logPageLength: 2 * 1024 * 1024,
  /** How long one operation works before others get their turn. */
  slice: 3,
  /** Bytes of all graphs of clusters with custom kinds, and the measured sizes of one, of a kind in it, and of a field that is typed. */
  ownGraphsBytes: 256 * 1024 * 1024,
  graphBytes: 256 * 1024,
  ownKindBytes: 8 * 1024,
  typedFieldBytes: 3.5 * 1024,
  /**
   * What is typed of a custom kind: fields of all its objects and of one, levels, and characters of a name; the rest is JSON. An unknown field is
   * compared with all of its object.
   */
  customFields: 3_000,
  /** Fields that are typed of all custom kinds of a cluster. */
  clusterFields: 20_000,
  customObjectFields: 500,
  customDepth: 16,
  customNameLength: 63,
  /** Names of a custom kind's type for which its types are kept, where other kinds have the usual one. */
  customNames: 16,
  /** Values of an enum, and characters of one; otherwise it is a text. */
  enumValues: 200,
  enumValueLength: 100,
  /** Open subscriptions of one cluster, in one process. */
  subscriptionsAtOnce: 1_000,
  /** Characters of a document, and of its variables, up to which equal subscriptions share answers, and of an answer that is kept for those who are late. */
  sharedOperation: 8 * 1024,
  sharedAnswer: 16 * 1024,
  /** Seats of the operations of one cluster that run at once, and the estimated points for which one takes another seat. */
  seats: 32,
  pointsPerSeat: 2_500,
} as const;

/** What one operation may use; an event of a subscription counts as one operation. */
export const operationLimits = {
  /** Objects and list items in the response. */
  objects: 100_000,
  /** Objects read to find them. */
  scanned: 200_000,
  /** Characters of the response. */
  bytes: 16 * 1024 * 1024,
  logEntries: 50_000,
  /** Characters of those entries. */
  logBytes: 128 * 1024 * 1024,
  /** CPU time. */
  milliseconds: 3_000,
} as const;

/** What is counted while an operation runs. */
export type Counted = keyof typeof operationLimits;
