// What the schema tells of the parts of a result: which of them are objects of the cluster.

/** Fields whose content has metadata, but is no object of the cluster. */
export const templates = new Set(['template', 'jobTemplate', 'volumeClaimTemplates', 'volumeClaimTemplate']);

/** The type of a field in a GraphQLSchema, without its lists and non-nulls; undefined if it is not known. */
export function typeOfField(type, name) {
  let found = type?.getFields?.()[name]?.type;
  while (found?.ofType) found = found.ofType;
  return found;
}

/** Whether a type is that of objects of the cluster. */
export const isKind = (type) =>
  type.name === 'KubernetesObject' || type.getInterfaces?.().some(({ name }) => name === 'KubernetesObject') === true;

/** The root type of an operation: query, mutation or subscription. */
export const rootOf = (schema, operation) =>
  ({ query: schema?.getQueryType, mutation: schema?.getMutationType, subscription: schema?.getSubscriptionType })[operation]?.call(schema);
