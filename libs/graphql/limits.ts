/** Bounds of one GraphQL operation. What is over is refused before anything runs. */
export const limits = {
  /** Nesting of fields; introspection is measured by its own bound. */
  depth: 20,
  introspectionDepth: 16,
  /** Fields after fragments are expanded. */
  fields: 1_500,
  /** Fields that read from the cluster (lists, objects, relations), each counted times its parents' page size. */
  cost: 20_000,
  /** Objects a relation or a list is taken to hold where no limit is given. */
  assumedListSize: 10,
  /** Characters of a query document. */
  queryLength: 100_000,
  /** Characters of a manifest. */
  manifestLength: 3 * 1024 * 1024,
  /** Objects in one manifest. */
  manifestObjects: 500,
  /** Default and largest page of a list. */
  pageSize: 100,
  largestPage: 500,
  /** Events that may wait for a slow subscriber before it is cut off. */
  subscriptionBacklog: 2_000,
  /** Log entries one eventChain may look at. */
  chainEntries: 50_000,
} as const;
