import type { Resource } from '#api';
import type { Client } from '#client';
import { limits } from './limits.js';

type Watch = Client['watch'];

/**
 * A watch of a custom kind that goes on from its last event when it ends without an error: the definition of the kind was changed. Rejects as
 * the first watch does; ends with the error of a later one, as of a kind that is not served any more.
 */
export async function lastingWatch(
  client: Pick<Client, 'watch'>,
  resource: Resource,
  query: Parameters<Watch>[1],
  handler: Parameters<Watch>[2],
): Promise<() => void> {
  let { resourceVersion } = query;
  let again = 0;
  let stopped = false;
  let stop: () => void = () => undefined;
  const open = async (): Promise<void> => {
    const close = await client.watch(
      resource,
      { ...query, resourceVersion },
      {
        event(event) {
          resourceVersion = String(event.revision);
          again = 0;
          handler.event(event);
        },
        end(error) {
          again += 1;
          if (stopped || error || again > limits.watchesAgain) handler.end(error);
          else open().catch((failure: Error) => handler.end(failure));
        },
      },
    );
    stop = close;
    if (stopped) close();
  };
  await open();
  return () => {
    stopped = true;
    stop();
  };
}
