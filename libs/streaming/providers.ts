import type { StorageProvider } from '#apiserver';
import { podLog } from './log.js';
import { podPortForward } from './port-forward/port-forward.js';
import { nodeProxy } from './proxy/node-proxy.js';
import { podProxy } from './proxy/pod-proxy.js';
import { serviceProxy } from './proxy/service-proxy.js';
import { podAttach } from './remote-command/attach.js';
import { podExec } from './remote-command/exec.js';

/** The storages of what streams: logs, commands, ports and proxies, one line each. */
export const streamProviders: readonly StorageProvider[] = [nodeProxy, podAttach, podExec, podLog, podPortForward, podProxy, serviceProxy];
