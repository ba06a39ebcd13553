import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import type { Plugin } from '../framework.js';
import { evict } from '../preemption/evict.js';
import { preempt } from '../preemption/preempt.js';

const withArgs = (args: PluginArgs['DefaultPreemption']): Plugin => ({
  name: 'DefaultPreemption',
  hints: [],
  postFilter(pod, world, failed) {
    const { candidate, message, nomination } = preempt(pod, world, { ...failed, args });
    if (!candidate) return { nomination, message: `preemption: ${message}` };
    return { nomination, candidate, act: (effects) => evict(pod, candidate, effects) };
  },
});

/** Evicts pods of a lower priority where that makes a pod fit that fits nowhere. */
export const defaultPreemption: Plugin = {
  ...withArgs(DEFAULT_ARGS.DefaultPreemption),
  open: ({ args }) => withArgs(args.DefaultPreemption),
};
