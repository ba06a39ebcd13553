/** Deletes the Deployment of a tour, and what belongs to it. */
export const deleteDeployment = {
  operation: 'mutation Undo { delete(kind: "deployment", name: "{{name}}", propagationPolicy: BACKGROUND) { operation } }',
};
