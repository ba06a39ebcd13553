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
