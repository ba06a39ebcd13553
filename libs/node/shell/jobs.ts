import type { Task } from './kernel.js';
import { MOST_JOBS } from './limits.js';

/** Adds a background job. The exit codes of jobs that ended long ago are forgotten. */
export function noteJob(jobs: Task[], task: Task): void {
  jobs.push(task);
  if (jobs.length > 2 * MOST_JOBS) jobs.splice(0, jobs.length, ...jobs.filter((job, at) => job.code === undefined || at >= MOST_JOBS));
}
