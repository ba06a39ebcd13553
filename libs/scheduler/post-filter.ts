import type { corev1 } from '#api';
import type { FitFailure, PostFiltered, World } from './framework.js';
import type { Profile } from './profile.js';

/**
 * Runs postFilter of every plugin until one has made room; otherwise their messages are joined (RunPostFilterPlugins). Undefined if the
 * profile has no such plugins.
 */
export function runPostFilters(
  pod: corev1.Pod,
  world: World,
  profile: Profile,
  failed: { failure: FitFailure; offset: number },
): PostFiltered | undefined {
  const plugins = profile.at('postFilter');
  if (plugins.length === 0) return undefined;
  const messages: string[] = [];
  let nomination: PostFiltered['nomination'] = 'keep';
  for (const plugin of plugins) {
    const result = plugin.postFilter?.(pod, world, failed);
    if (!result) continue;
    if (result.candidate || result.act) return result;
    if (result.nomination !== 'keep') nomination = result.nomination;
    if (result.message) messages.push(result.message);
  }
  return { nomination, message: messages.join(', ') };
}
