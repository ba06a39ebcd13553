import { parentPort } from 'node:worker_threads';
import { yamlToJson } from '#api/yaml';

// A thread that converts one YAML document after another (yaml-threads.ts).
parentPort?.on('message', (text: string) => parentPort?.postMessage(yamlToJson(text)));
