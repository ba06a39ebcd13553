import { GraphQLError } from 'graphql';

const MiB = 1024 * 1024;

/** What the answers of one cluster may take in this process. */
const answerLimits = {
  /** Requests that are being answered; only some of them run at once. */
  requests: 64,
  /** Characters of answers that their clients have not read. */
  unread: 64 * MiB,
} as const;

interface Used {
  requests: number;
  unread: number;
}

/** One answer, from its request until its client has read it, or has gone. */
export interface AnswerAccount {
  /** It has been made: so many characters wait to be read. */
  made(length: number): void;
  /** It has been read. To be called in any case. */
  close(): void;
}

const refused = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'TOO_MANY_REQUESTS' } });

/** Bounds the memory of answers that are made, or wait to be read, by cluster: a client that does not read holds what was made for it. */
export class AnswerBudget {
  private readonly clusters = new Map<string, Used>();

  constructor(private readonly limits: Used = answerLimits) {}

  /** The account of a new answer. Throws a GraphQLError if its cluster is over a limit. */
  open(cluster: string): AnswerAccount {
    const used = this.clusters.get(cluster) ?? { requests: 0, unread: 0 };
    this.check(used);
    this.clusters.set(cluster, used);
    used.requests += 1;
    let state: 'making' | 'unread' | 'closed' = 'making';
    let length = 0;
    return {
      made: (characters) => {
        if (state !== 'making') return;
        state = 'unread';
        length = characters;
        used.requests -= 1;
        used.unread += length;
      },
      close: () => {
        if (state === 'making') used.requests -= 1;
        else if (state === 'unread') used.unread -= length;
        state = 'closed';
        if (used.requests === 0 && used.unread === 0) this.clusters.delete(cluster);
      },
    };
  }

  private check({ requests, unread }: Used): void {
    const { limits } = this;
    if (requests >= limits.requests) {
      throw refused(`${requests} operations of this cluster are being answered, and ${limits.requests} is the limit: send fewer at once.`);
    }
    if (unread >= limits.unread) {
      throw refused(
        `${unread} characters of answers wait to be read by clients of this cluster, and ${limits.unread} is the limit: read them, or ask for smaller pages.`,
      );
    }
  }
}
