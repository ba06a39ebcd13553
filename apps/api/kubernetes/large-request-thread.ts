import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type ApiRequest, type ApiResponse, failureResponse, type Pieces } from '#apiserver';
import { doLongWork, type LongAnswer, Turns } from '#graphql';
import { createLog, createMetrics, LARGE_REQUESTS, type OpenApi, openBackends, scrubber } from '#hosting';
import { openClusterApis } from '../cluster-apis.js';
import { graphRequests } from '../graphql/graph-requests.js';
import { graphScheduling } from '../graphql/graph-scheduling.js';
import { checkOf } from '../graphql/guard.js';
import { eventLoop } from '../graphql/runtime.js';
import type { FromThread, LargeAnswer, LargeRequestSettings, LargeTask, LargeWork } from './large-requests.js';

// The thread that answers requests with long bodies (large-requests.ts), with connections of its own. It has a lower priority than the event
// loop: on Linux 0 is the calling thread, not the process (setpriority(2)).
setPriority(0, 10);

const { config, tokenKey } = workerData as LargeRequestSettings;
const log = createLog('api', config.LOG_LEVEL, scrubber(process.env));
const backends = await openBackends({ ...config, DATABASE_POOL: LARGE_REQUESTS.connections }, createMetrics('api'), log);
const clusters = await openClusterApis({ config, log, backends, tokenKey });
const turns = new Turns(eventLoop);
const say = (message: FromThread) => parentPort?.postMessage(message);

/** The answer to a write is one object: its pieces are as long together as what was sent. */
async function whole({ chunks, close }: Pieces): Promise<Uint8Array> {
  try {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    return Buffer.concat(parts);
  } finally {
    close();
  }
}

function plainError(error: unknown): Error {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(message), { stack });
}

/** The answer without what cannot be sent to another thread. */
async function sendable({ status, headers, body, pieces, stream, takeover, failure }: ApiResponse): Promise<ApiResponse> {
  stream?.close();
  takeover?.abandon();
  const text = pieces ? await whole(pieces) : body;
  return { status, headers, ...(text !== undefined && { body: text }), ...(failure !== undefined && { failure: plainError(failure) }) };
}

async function respond({ api }: OpenApi, request: ApiRequest): Promise<ApiResponse> {
  try {
    return await sendable(await api.handle(request));
  } catch (error) {
    return sendable(failureResponse(error, request.requestId));
  }
}

async function work({ api, cluster: { id } }: OpenApi, asked: LargeWork): Promise<LongAnswer> {
  const { user, requestId, userAgent, address } = asked;
  const { storages, yaml } = api.cluster;
  await storages.catchUp();
  const session = {
    ...graphRequests(api, { user, requestId, userAgent, address }),
    scheduling: graphScheduling(api, checkOf(api, user)),
    cluster: { id },
    served: storages.served(),
    requestId,
    yaml,
  };
  return doLongWork(asked.work, session, turns);
}

async function answer(task: LargeTask): Promise<LargeAnswer> {
  try {
    const open = clusters.apis.peek(task.cluster) ?? (await clusters.apis.open(task.cluster));
    if (!open) return 'gone';
    return 'request' in task ? { response: await respond(open, task.request) } : { worked: await work(open, task) };
  } catch (error) {
    if ('request' in task) return { response: await sendable(failureResponse(error, task.request.requestId)) };
    return { failed: plainError(error) };
  }
}

async function end(): Promise<void> {
  await clusters.close();
  await backends.close();
  parentPort?.close();
  process.exit();
}

parentPort?.on('message', (message: { id: number; task: LargeTask } | 'end') => {
  if (message === 'end') void end();
  else void answer(message.task).then((answered) => say({ id: message.id, answer: answered }));
});
say('ready');
