import type { Family, Sample } from '#component-base';
import { processStart } from './component-metrics.js';

const HELP = 'A metric that indicates whether a plugin is enabled on per server and zone basis.';

/** Where the blocks of a Corefile listen, and the plugins in each. */
function blocksOf(corefile: string): Array<{ zone: string; port: string; plugins: string[] }> {
  const blocks: Array<{ zone: string; port: string; plugins: string[] }> = [];
  let depth = 0;
  for (const line of corefile.split('\n')) {
    const text = line.replace(/#.*$/, '').trim();
    if (text === '') continue;
    const [word = ''] = text.split(/\s+/, 1);
    if (depth === 0 && text.endsWith('{')) {
      const [, zone = '.', port = '53'] = /^(.*?)(?::(\d+))?$/.exec(word) ?? [];
      blocks.push({ zone: zone === '' ? '.' : zone, port, plugins: [] });
    } else if (depth === 1 && word !== '}') blocks.at(-1)?.plugins.push(word);
    if (text.endsWith('{')) depth += 1;
    if (text === '}') depth -= 1;
  }
  return blocks;
}

/** What CoreDNS tells of its configuration (plugin/metrics): names that were asked for are not counted. */
export function corednsFamilies(corefile: string, startedAt: number): Family[] {
  const samples = blocksOf(corefile).flatMap(({ zone, port, plugins }) =>
    [...new Set(plugins)].sort().map((name): Sample => {
      const labels = { name, server: `dns://:${port}`, view: '', zone: zone.endsWith('.') ? zone : `${zone}.` };
      return { labels, value: 1 };
    }),
  );
  return [{ name: 'coredns_plugin_enabled', help: HELP, type: 'gauge', samples }, processStart(startedAt)];
}
