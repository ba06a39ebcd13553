/** Nothing is changed. */
export const fromAPod = {
  id: 'from-a-pod',
  title: 'From a pod outwards',
  summary: 'Follow a pod to its node, to what owns it, to the Services that lead to it: one query, no joins by hand.',
  steps: [
    {
      title: 'Where it runs',
      text: [
        'In Kubernetes’ API a pod names its node. Here it leads there: `node` is the Node itself, and any of its fields can be asked for.',
        'The pods of the cluster’s DNS are in every cluster.',
      ],
      operation: `query Pod {
  pods(namespace: "kube-system", labelSelector: "k8s-app=kube-dns") {
    items {
      metadata { name }
      node { metadata { name } status { allocatable { cpu } } }
    }
  }
}`,
    },
    {
      title: 'Who made it',
      text: [
        '`ownerChain` goes up by the owner references: the ReplicaSet that made the pod, the Deployment that made the ReplicaSet.',
        'Look at Picture, beside JSON: objects that are met twice are drawn once.',
      ],
      operation: `query Owners {
  pods(namespace: "kube-system", labelSelector: "k8s-app=kube-dns") {
    items {
      metadata { name }
      ownerChain { kind metadata { name } }
      node { metadata { name } }
    }
  }
}`,
    },
    {
      title: 'Who finds it, and what it uses',
      text: [
        'Services select pods by labels, and the answer to “which Services lead here” stands nowhere in the pod. Here it does.',
        'So it is with the ConfigMaps and accounts that it uses, with policies and with disruption budgets.',
      ],
      operation: `query Neighbours {
  pods(namespace: "kube-system", labelSelector: "k8s-app=kube-dns", limit: 1) {
    items {
      metadata { name }
      services {
        metadata { name }
        spec { clusterIP }
      }
      endpointSlices { metadata { name } }
      configMaps { metadata { name } }
      serviceAccount { metadata { name } }
    }
  }
}`,
    },
    {
      title: 'And back again',
      text: [
        'Relations lead both ways: from each node to its pods, and from those to what controls them. Each list is read once, however many objects ask for it.',
        'What it cost stands above the answer.',
      ],
      operation: `query Cluster {
  nodes {
    items {
      metadata { name }
      pods {
        metadata { name }
        owner { kind metadata { name } }
      }
    }
  }
}`,
    },
  ],
  undo: [],
};
