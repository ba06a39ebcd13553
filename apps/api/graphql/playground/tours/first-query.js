/** Nothing is changed. */
export const firstQuery = {
  id: 'first-query',
  title: 'Your first query',
  summary: 'Ask for exactly the fields you want, of as many objects as you like, in one request.',
  steps: [
    {
      title: 'The nodes, by name',
      text: [
        'A query names the fields that it wants, and the answer has the same shape. This one asks for the names of the nodes.',
        'Run it, here or with `Ctrl-Enter` in the query.',
      ],
      operation: `query Nodes {
  nodes {
    items {
      metadata { name }
    }
  }
}`,
    },
    {
      title: 'More fields, in the unit you like',
      text: [
        'Fields have the names of Kubernetes. Amounts take a unit, times a form, and labels a key, so that nothing is left to calculate.',
        'Try `Ctrl-Space` inside the braces: the editor knows every field, and says what it means.',
      ],
      operation: `query Nodes {
  nodes {
    items {
      metadata { name age labels(key: "kubernetes.io/arch") }
      status {
        allocatable { cpu(unit: MILLI) memory(unit: GIBI) }
        nodeInfo { kubeletVersion containerRuntimeVersion }
      }
    }
  }
}`,
    },
    {
      title: 'Some objects, not all',
      text: [
        'Lists take a namespace and the selectors of `kubectl -l` and `--field-selector`.',
        'With two names, `dns` and `all`, the same field is asked for twice in one request.',
      ],
      operation: `query Pods {
  dns: pods(namespace: "kube-system", labelSelector: "k8s-app=kube-dns") {
    items { metadata { name } status { phase podIP } }
  }
  all: pods(fieldSelector: "status.phase=Running", limit: 5) {
    items { metadata { namespace name } }
  }
}`,
    },
    {
      title: 'Variables',
      text: [
        'What changes from one request to the next is a variable. Its value stands under Variables, below the query.',
        'Change it to `default` and run again. Variables, headers and history are kept for each cluster.',
      ],
      operation: `query PodsOf($namespace: String!) {
  pods(namespace: $namespace) {
    items { metadata { name age } status { phase } }
  }
}`,
      variables: { namespace: 'kube-system' },
    },
  ],
  undo: [],
};
