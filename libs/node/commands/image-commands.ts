import type { ImageDefinition } from '../images/image.js';
import type { Command } from '../shell/process.js';
import { fileCommands } from './files.js';
import { curlCommand, networkCommands } from './network.js';
import { sed } from './sed.js';
import { systemCommands } from './system.js';
import { tar } from './tar.js';
import { textCommands } from './text.js';

/** What images with a shell have. */
const COMMON: Readonly<Record<string, Command>> = { ...textCommands, ...fileCommands, ...systemCommands, ...networkCommands, sed, tar };

/** Images that bring curl. */
const WITH_CURL = /curl|netshoot|nginx|cks-lab|dnsutils/;

/** The commands of an image by name, without shells and its own programs. */
export function commandsOf({ shell, repositories }: ImageDefinition): Readonly<Record<string, Command>> {
  if (!shell) return {};
  return repositories.some((name) => WITH_CURL.test(name)) ? { ...COMMON, curl: curlCommand } : COMMON;
}

const SMALL = /busybox|alpine|curl/;

/** The shells of an image; `name` is the image as the container names it, whose tag may say `alpine`. */
export function shellsOf({ shell, repositories }: ImageDefinition, name = ''): readonly string[] {
  if (!shell) return [];
  if (SMALL.test(name) || repositories.some((one) => SMALL.test(one))) return ['sh', 'ash'];
  return repositories.some((one) => one.includes('netshoot')) ? ['sh', 'bash', 'dash', 'zsh'] : ['sh', 'bash', 'dash'];
}
