import type { AuditEvent } from '../audit/audit-event.js';
import type { ApiResponse, Pieces, Takeover } from '../request/request.js';
import type { ByteStream } from '../watch/watch-stream.js';

const READS = new Set(['get', 'list']);

const lengthOf = (part: string | Uint8Array): number => (typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength);

/** Counts the bytes of a body that is produced while it is sent: characters of texts, whose exact size would cost a look at each. */
function sizedPieces({ chunks, close }: Pieces, sized: (bytes: number) => void): Pieces {
  async function* counted() {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
    sized(bytes);
  }
  return { chunks: counted(), close };
}

function endingStream(stream: ByteStream, ended: () => void): ByteStream {
  return {
    start(sink) {
      stream.start({
        write: (chunk) => sink.write(chunk),
        end() {
          ended();
          sink.end();
        },
      });
    },
    drained: () => stream.drained(),
    close() {
      ended();
      stream.close();
    },
  };
}

function endingTakeover(takeover: Takeover, ended: () => void): Takeover {
  return {
    ...takeover,
    start(connection) {
      const handler = takeover.start(connection);
      return {
        receive: (data, isText) => handler.receive(data, isText),
        drained: () => handler.drained(),
        shutdown: (code) => handler.shutdown(code),
        closed() {
          ended();
          handler.closed();
        },
      };
    },
    abandon() {
      ended();
      takeover.abandon();
    },
  };
}

/** Counts the bytes of what is read, which for long bodies are known only when they have been sent, and what stays open. */
export function measured(response: ApiResponse, event: AuditEvent): ApiResponse {
  const { observer, attributes } = event;
  const { stream, takeover, pieces, body } = response;
  if (observer === undefined) return response;
  if (stream) return { ...response, stream: endingStream(stream, observer.longRunning(event)) };
  if (takeover) return { ...response, takeover: endingTakeover(takeover, observer.longRunning(event)) };
  if (!event.served || !READS.has(attributes?.verb ?? '')) return response;
  if (pieces) return { ...response, pieces: sizedPieces(pieces, (bytes) => observer.sized(event, bytes)) };
  event.bytes = body === undefined ? 0 : lengthOf(body);
  return response;
}
