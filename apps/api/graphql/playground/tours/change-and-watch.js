import { deleteDeployment, makeDeployment } from './deployment.js';

/** Makes a Deployment and changes it. */
export const changeAndWatch = {
  id: 'change-and-watch',
  title: 'Change and watch',
  summary: 'Subscribe to pods, then make, scale and update a Deployment, and see each of them change.',
  steps: [
    {
      title: 'Watch first',
      text: [
        'A subscription is a query that goes on. This one tells of each change of the pods of `{{name}}`: what became of them, and which fields changed.',
        'Nothing happens yet: there is no such pod. It goes on while you use other tabs, and its newest events stand below.',
      ],
      operation: `subscription Pods {
  pods(namespace: "default", labelSelector: "app={{name}}", changed: ["status.phase"]) {
    type
    object { metadata { name } status { phase } }
    changes { path from to }
  }
}`,
    },
    {
      title: 'Make a Deployment',
      text: ['A mutation changes something. Manifests are those that `kubectl apply` takes.', 'Run it, and look at the events below.'],
      operation: makeDeployment(2),
    },
    {
      title: 'Scale it',
      text: [
        'Mutations have the names of kubectl’s commands: `scale`, `setImage`, `restart`, `undo`, `cordon`, `drain` and more. Each takes `dryRun`, and answers with the fields that it changed.',
      ],
      operation: `mutation Scale {
  scale(kind: "deployment", name: "{{name}}", replicas: 4) {
    operation
    diff { path from to }
  }
}`,
    },
    {
      title: 'A new image, one pod after another',
      text: [
        'A Deployment replaces its pods a few at a time, so that the others keep answering. Run it, then open the tab Pods: new ones become Running before old ones are deleted.',
      ],
      operation: `mutation Update {
  setImage(kind: "deployment", name: "{{name}}", images: [{ container: "web", image: "nginx:1.27" }]) {
    operation
    diff { path from to }
  }
}`,
    },
    {
      title: 'What the watch has seen',
      text: [
        'The newest event is at the top, and the first ones are kept at the bottom. Pause stops the display, not the subscription.',
        'At the end of the tour the Deployment is deleted.',
      ],
      show: 0,
    },
  ],
  undo: [deleteDeployment],
};
