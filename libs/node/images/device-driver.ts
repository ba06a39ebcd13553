import type { ImageDefinition } from './image.js';
import { http, type ServedPort, serve } from './program.js';
import { tags } from './tags.js';

const portOf = (variables: ReadonlyMap<string, string>, name: string): number[] => {
  const port = Number(variables.get(name) || -1);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? [port] : [];
};

/** The example driver of simulated GPUs (libs/controllers/device-drivers publishes its devices, libs/node/devices prepares them). */
export const deviceDriver: ImageDefinition = {
  repositories: ['registry.k8s.io/dra-example-driver/dra-example-driver'],
  tags: tags({ versions: { 0: [1, 4] } }),
  size: 41_830_112,
  entrypoint: ['/usr/bin/dra-example-kubeletplugin'],
  executables: {
    'dra-example-kubeletplugin': ({ variables }) =>
      serve([
        ...portOf(variables, 'HEALTHCHECK_PORT').map((port): ServedPort => ({ port, protocol: 'grpc', status: () => 200 })),
        ...portOf(variables, 'METRICS_PORT').map((port) => http(port, ['/metrics'])),
      ]),
    'dra-example-controller': () => serve([]),
    'dra-example-webhook': () => serve([http(443, ['/readyz'])]),
  },
};
