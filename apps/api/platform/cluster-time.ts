import { inProcessClient } from '#apiserver';
import { type AdvanceEnd, waitState } from '#cluster';
import { type Advanced, type ClockTurner, type OpenApis, Problem, validated } from '#hosting';
import { ClockAdvancing, type ClockModes, type Cluster, type Clusters, LATEST } from '#platform';
import { distanceOf, endOf } from './advance-end.js';
import { isReference, noCluster } from './ids.js';
import type { Past } from './past.js';
import { advanceSchema, durationOf } from './schemas/clock.js';
import { changeClusterSchema } from './schemas/clusters.js';
import { clockView } from './views.js';

export interface ClusterTimeParts {
  clusters: Pick<Clusters, 'get'>;
  clock: ClockTurner;
  clockModes: ClockModes;
  past: Past;
  apis: Pick<OpenApis, 'open'>;
}

/** The clocks of clusters, as REST and GraphQL show and turn them. Bodies are validated here; throws Problems. */
export class ClusterTime {
  constructor(private readonly parts: ClusterTimeParts) {}

  /** A clock, and how far its advance is. */
  async show(id: string) {
    const { clock, last } = await this.read(id);
    return { ...clock, ...(last && { advance: await this.viewOf(id, last) }) };
  }

  /** The same without what happened. */
  async brief(id: string) {
    const { clock, last } = await this.read(id);
    const { target, failure } = last ?? {};
    return {
      ...clock,
      ...(target !== undefined && { target: new Date(target).toISOString() }),
      ...(failure !== undefined && { failure }),
    };
  }

  /** Answers when the advance is over, or with `target` when it has been waited for as long as the request says. */
  async advance(id: string, body: unknown) {
    const request = validated(advanceSchema, body);
    const { clock } = await this.clusterOf(id);
    if (clock.mode !== 'stepped') {
      throw new Problem(409, `cluster ${id} has a ${clock.mode} clock; only a stepped one can be advanced`);
    }
    const reached = await this.parts.clock.progress(id);
    const now = Math.max(clock.now, reached?.now ?? 0);
    const by = distanceOf(request, now);
    if (now + by > LATEST) throw new Problem(422, 'by: the clock would go beyond the year 9999');
    const end = endOf(request);
    const within = request.wait === undefined ? {} : { within: durationOf(request.wait) };
    const result = await this.parts.clock.advance(id, { by, ...(end && { end }), ...within });
    if (result.target !== undefined && request.wait === undefined) throw new Problem(504, 'the clock is still being advanced');
    const reason = result.met === false && end ? await this.reasonOf(id, end) : undefined;
    return { ...(await this.viewOf(id, result)), ...(reason !== undefined && { reason }) };
  }

  /** Whether the clock was being advanced. */
  async cancel(id: string): Promise<boolean> {
    await this.clusterOf(id);
    return this.parts.clock.cancel(id);
  }

  /** Changes the mode; time goes on from where it is. */
  async change(id: string, body: unknown): Promise<Cluster> {
    const { clock } = validated(changeClusterSchema, body);
    const changed = isReference(id)
      ? await this.parts.clockModes.change(id, clock).catch((error: unknown) => {
          throw error instanceof ClockAdvancing ? new Problem(409, error.message) : error;
        })
      : undefined;
    if (!changed) throw noCluster(id);
    return changed;
  }

  private async read(id: string) {
    const { clock } = await this.clusterOf(id);
    const last = await this.parts.clock.progress(id);
    const reached = clock.mode === 'stepped' && last !== undefined ? Math.max(clock.now, last.now) : undefined;
    return { clock: clockView(reached === undefined ? clock : { mode: 'stepped', now: reached }), last };
  }

  private async viewOf(id: string, { now, from, to, met, target, failure }: Advanced) {
    return {
      now: new Date(now).toISOString(),
      ...(target !== undefined && { target: new Date(target).toISOString() }),
      ...(met !== undefined && { met }),
      ...(failure !== undefined && met === undefined && { failure }),
      happened: await this.parts.past.happened(id, from, to),
    };
  }

  /** Why the expression that was waited for has no value. */
  private async reasonOf(id: string, end: AdvanceEnd): Promise<string | undefined> {
    const open = 'quiet' in end || end.expression === undefined ? undefined : await this.parts.apis.open(id);
    if (!open || 'quiet' in end) return undefined;
    return (await waitState(inProcessClient(open.api), end)).error;
  }

  private async clusterOf(id: string): Promise<Cluster> {
    const cluster = isReference(id) ? await this.parts.clusters.get(id) : undefined;
    if (!cluster) throw noCluster(id);
    return cluster;
  }
}
