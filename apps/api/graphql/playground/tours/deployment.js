// The Deployment that a tour makes.

/** Makes it. */
export const makeDeployment = (replicas) => `mutation Make {
  apply(manifest: """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: {{name}}}
    spec:
      replicas: ${replicas}
      selector: {matchLabels: {app: {{name}}}}
      template:
        metadata: {labels: {app: {{name}}}}
        spec:
          containers: [{name: web, image: nginx}]
    """) {
    operation
    object { kind metadata { name resourceVersion } }
  }
}`;

/** Deletes it, and what belongs to it. */
export const deleteDeployment = {
  operation: 'mutation Undo { delete(kind: "deployment", name: "{{name}}", propagationPolicy: BACKGROUND) { operation } }',
};
