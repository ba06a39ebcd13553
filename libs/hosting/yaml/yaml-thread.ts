import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { yamlToJson } from '#api/yaml';

// A thread that converts one YAML document after another (yaml-threads.ts). Where the cores are few, the event loop comes first: on Linux 0
// is the calling thread, not the process (setpriority(2), "C library/kernel differences").
setPriority(0, 10);
parentPort?.on('message', (text: string) => parentPort?.postMessage(yamlToJson(text)));
