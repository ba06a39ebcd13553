import { type Parameter, pretty, query } from './parameters.js';

const container = query('container', 'string', 'The container of the pod; may be left out where the pod has but one.');
const proxied = query('path', 'string', 'The path, with its query, that is asked for behind the proxy.');

const streams = (running: string): Parameter[] => [
  query('stderr', 'boolean', `Carries the standard error of ${running}.`),
  query('stdin', 'boolean', `Carries the client's input to ${running}. Defaults to false.`),
  query('stdout', 'boolean', `Carries the standard output of ${running}.`),
  query('tty', 'boolean', `Gives ${running} a terminal. Defaults to false.`),
];

/** The query parameters of subresources that are connected to, by the kind of their options (pkg/apis/core PodExecOptions …). */
export const connectParameters: Readonly<Record<string, readonly Parameter[]>> = {
  PodAttachOptions: [container, ...streams('the container')],
  PodExecOptions: [
    query('command', 'string', 'The command and its arguments, one a parameter; no shell reads it.'),
    container,
    ...streams('the command'),
  ],
  PodPortForwardOptions: [query('ports', 'integer', 'The ports that are forwarded; needed where WebSockets carry them.')],
  PodProxyOptions: [proxied],
  ServiceProxyOptions: [proxied],
  NodeProxyOptions: [proxied],
};

/** The query parameters of pods/log (pkg/apis/core PodLogOptions), whose kind in discovery is Pod. */
export const logParameters: readonly Parameter[] = [
  container,
  query('follow', 'boolean', 'Goes on with what is logged from now on. Defaults to false.'),
  query('insecureSkipTLSVerifyBackend', 'boolean', "Does not verify the kubelet's certificate. Defaults to false."),
  query('limitBytes', 'integer', 'Ends the answer after so many bytes.'),
  pretty,
  query('previous', 'boolean', 'The log of the container that ran before the present one. Defaults to false.'),
  query('sinceSeconds', 'integer', 'Only what was logged in so many last seconds.'),
  query('stream', 'string', 'Which streams are wanted: All, Stdout or Stderr. Defaults to All.'),
  query('tailLines', 'integer', 'Only so many last lines.'),
  query('timestamps', 'boolean', 'Begins each line with its time. Defaults to false.'),
];
