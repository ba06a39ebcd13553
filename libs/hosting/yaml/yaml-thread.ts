import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { yamlToJson } from '#api/yaml';

// A thread that converts YAML documents one after another (yaml-threads.ts). It has a lower priority than the event loop: on Linux 0 is the
// calling thread, not the process (setpriority(2), "C library/kernel differences").
setPriority(0, 10);
parentPort?.on('message', (text: string) => parentPort?.postMessage(yamlToJson(text)));
