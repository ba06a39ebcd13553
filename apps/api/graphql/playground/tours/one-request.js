import { deleteDeployment, makeDeployment } from './deployment.js';

/** Makes a Deployment. */
export const oneRequest = {
  id: 'one-request',
  title: 'One request, everything that follows',
  summary: 'See every component’s answer to a single write: who was woken by what, and how long it took.',
  steps: [
    {
      title: 'Wait for a write',
      text: [
        'No component of Kubernetes calls another: each sees a change and writes one. No real cluster tells which write led to which. This one does.',
        'The subscription waits for the next write to the Deployment `{{name}}`.',
      ],
      operation: `subscription Chain {
  eventChain(kind: "deployment", name: "{{name}}") {
    revision
    wokenBy
    depth
    component
    summary
    sinceCauseMs
    sinceStartMs
  }
}`,
    },
    {
      title: 'Write once',
      text: ['One Deployment of one pod. Run it, and watch the steps come in below: controllers, scheduler, kubelet, endpoints.'],
      operation: makeDeployment(1),
    },
    {
      title: 'The chain',
      text: [
        'Each event is one write: `wokenBy` is the revision that its writer saw, `depth` how far it is from your request. Picture shows the components side by side, over time.',
        'A step that waited, for an image to be pulled or a probe to succeed, shows it in `sinceCauseMs`.',
      ],
      show: 0,
    },
    {
      title: 'The same, afterwards',
      text: [
        'What has followed from the last request to an object is in the log: `traceOf` reads it at any time. `causes` goes the other way, from a write back to the request.',
      ],
      operation: `query Trace {
  traceOf(kind: "deployment", name: "{{name}}") {
    revision
    wokenBy
    component
    summary
    sinceStartMs
    changes { path from to }
  }
}`,
    },
  ],
  undo: [deleteDeployment],
};
