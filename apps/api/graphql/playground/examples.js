/** The initial tabs of a new visitor. */
export const examples = [
  `# Deployments, their pods and where they run: relations that REST lacks.
query Workloads {
  deployments {
    items {
      metadata { name namespace }
      status { readyReplicas replicas }
      pods {
        metadata { name }
        status { phase podIP }
        node { metadata { name } }
        events { reason message }
      }
    }
  }
}`,
  `# Start this, then: kubectl create deployment web --image=nginx --replicas=2
# Everything that follows from that one write, component by component, with the time each took.
subscription Chain {
  eventChain(kind: "deployment", name: "web") {
    depth
    component
    summary
    sinceCauseMs
    sinceStartMs
  }
}`,
  `# Why is it there, or why is it pending? Each node with what the plugins say of it, the best one first.
query Why {
  pods(namespace: "default", limit: 5) {
    items {
      metadata { name }
      decision {
        state
        node
        message
        nodes(limit: 3) { node feasible filters(passed: false) { plugin reasons } scores { plugin score weight } total }
      }
    }
  }
}`,
  `# Pods as they change. Hand a resourceVersion back to go on after it without a gap.
subscription Pods {
  watch(kind: "pod", namespace: "default") {
    type
    resourceVersion
    object { metadata { name } ... on Pod { status { phase } } }
  }
}`,
  `# Of a cluster with a stepped clock: turn it until something is true, and see what happened meanwhile.
mutation Advance {
  advanceClock(by: "10m", until: { resource: "pods", expression: "objects.all(o, o.status.phase == 'Running')" }) {
    met
    now
    happened { writes kinds { kind created updated deleted } conditions { object type to } events { object reason message } }
  }
}`,
  `# Start the subscription, then break something: it tells what is broken, and what can be seen of each new fault.
subscription Faults {
  faults {
    faults { id type component node since }
    injected { id symptoms }
    healed { id }
  }
}
mutation Break {
  injectFault(type: "stop", component: "kube-scheduler") { id symptoms }
}
mutation Heal {
  healFault(id: "fault-1")
}`,
  `# Only with the token of the platform: what a class starts with, and clusters of it with credentials of their own.
mutation Template {
  storeTemplate(name: "lab", template: {
    nodes: { preset: "killercoda", count: 2 }
    clock: { mode: "stepped" }
    faults: [{ type: "stop", component: "kubelet", node: "node01" }]
    manifests: """
    apiVersion: v1
    kind: Namespace
    metadata: {name: team}
    """
  }) { name nodes { name role } }
}
mutation Class {
  createClusters(template: "lab", name: "pupil", count: 3) { name server token }
}
query Templates {
  organization { name quotas templates { name createdAt faults { type component node } } }
}`,
  `mutation Apply {
  apply(manifest: """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: hello}
    data: {greeting: world}
    """) {
    kind
    metadata { name resourceVersion }
  }
}`,
];
