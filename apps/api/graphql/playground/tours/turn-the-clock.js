/** Makes a CronJob and turns the clock of the cluster. */
export const turnTheClock = {
  id: 'turn-the-clock',
  title: 'Turn the clock',
  summary: 'Stop the cluster’s time, turn it forward by half an hour in a moment, and see what happened meanwhile.',
  before: {
    operation: 'query Clock { clock { mode rate } }',
    keep: ({ clock: { mode, rate } }) => ({ mode, rate }),
  },
  steps: [
    {
      title: 'Stop it',
      text: [
        'Each cluster has a clock of its own. It can run as this machine’s, faster, or stand still.',
        'Stepped: it stands still until it is turned. Watch the clock at the top when you run this. It is `{{mode}}` now, and will be again at the end of the tour.',
      ],
      operation: `mutation Stop {
  changeClock(mode: "stepped") { mode now }
}`,
    },
    {
      title: 'Something that takes its time',
      text: ['A CronJob that runs every five minutes. On a clock that stands still it waits for ever.'],
      operation: `mutation Make {
  apply(manifest: """
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: {{name}}}
    spec:
      schedule: "*/5 * * * *"
      jobTemplate:
        spec:
          template:
            spec:
              restartPolicy: Never
              containers: [{name: tick, image: busybox, command: [date]}]
    """) {
    operation
    object { kind metadata { name resourceVersion } }
  }
}`,
    },
    {
      title: 'Turn it by half an hour',
      text: [
        'Every timer in these thirty minutes goes off in its order, and all components do what they would have done. The answer says what happened.',
      ],
      operation: `mutation Turn {
  advanceClock(by: "30m") {
    now
    happened { writes kinds { kind created updated deleted } }
  }
}`,
    },
    {
      title: 'The last three of six runs',
      text: [
        'The jobs are as they would be half an hour later, with their times by the cluster’s clock; a CronJob keeps the last three.',
        'At the end of the tour the CronJob is deleted, and the clock runs as before. The half hour stays: time only goes forward.',
      ],
      operation: `query Runs {
  cronJob(name: "{{name}}") {
    metadata { name }
    status { lastScheduleTime lastSuccessfulTime }
    owned(kinds: ["jobs"]) {
      metadata { name }
      ... on Job { status { startTime completionTime succeeded } }
    }
  }
}`,
    },
  ],
  undo: [
    { operation: 'mutation Undo { delete(kind: "cronjob", name: "{{name}}", propagationPolicy: BACKGROUND) { operation } }' },
    {
      operation: 'mutation Undo($mode: String!, $rate: Float) { changeClock(mode: $mode, rate: $rate) { mode } }',
      variables: ({ mode, rate }) => (mode === 'scaled' ? { mode, rate } : { mode }),
    },
  ],
};
