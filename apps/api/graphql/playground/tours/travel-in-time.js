/** Makes a ConfigMap and changes it. */
export const travelInTime = {
  id: 'travel-in-time',
  title: 'Travel in time',
  summary: 'Read the cluster as it was, see what differs between two moments, and who did it.',
  steps: [
    {
      title: 'Write something',
      text: ['Each write gets the next revision of the cluster; it stands at the top. A ConfigMap, and the revision that made it:'],
      operation: `mutation Write {
  apply(manifest: """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: {{name}}}
    data: {greeting: hello}
    """) {
    operation
    object { kind metadata { name resourceVersion } }
  }
}`,
      keep: ({ apply: [made] }) => ({ revision: made.object.metadata.resourceVersion }),
    },
    {
      title: 'Change it',
      text: ['The old value is overwritten, as in every cluster. Revision {{revision}} is past.'],
      operation: `mutation Change {
  patch(kind: "configmap", name: "{{name}}", patch: { data: { greeting: "goodbye", mood: "bright" } }) {
    operation
    object { metadata { resourceVersion } }
    diff { path from to }
  }
}`,
    },
    {
      title: 'Now and then, side by side',
      text: [
        'The log of the cluster keeps every version. `at` takes a revision, a time, or how long ago: `"2m"`. Objects, lists and all that they lead to are read as they were.',
      ],
      operation: `query NowAndThen {
  now: configMap(name: "{{name}}") { metadata { resourceVersion } data }
  then: configMap(name: "{{name}}", at: "{{revision}}") { metadata { resourceVersion } data }
}`,
    },
    {
      title: 'What differs',
      text: ['Between two revisions of the whole cluster: which objects, and which of their fields.'],
      operation: `query Differences {
  diff(from: {{revision}}) {
    from
    to
    items { key change fields { path from to } }
  }
}`,
    },
    {
      title: 'Who did it',
      text: [
        '`history` has every write of an object, the newest first; look at it in Picture, too. Every request is in the audit log, with its user, its answer and where its time went.',
        'At the end of the tour the ConfigMap is deleted.',
      ],
      operation: `query Who {
  configMap(name: "{{name}}") {
    metadata { name }
    history { revision at user summary changes { path from to } }
  }
  audit(resource: "configmaps", name: "{{name}}", limit: 5) {
    items { time verb user { username } code milliseconds stages { stage milliseconds } }
  }
}`,
    },
  ],
  undo: [{ operation: 'mutation Undo { delete(kind: "configmap", name: "{{name}}") { operation } }' }],
};
