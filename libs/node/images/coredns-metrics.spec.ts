import { familiesText } from '#component-base';
import { corednsFamilies } from './coredns-metrics.js';

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
    }
    # cache 30
    prometheus :9153
}
example.com:5353 {
    forward . 10.0.0.1
}
`;

test('CoreDNS tells which plugins its Corefile names', () => {
  expect(familiesText(corednsFamilies(COREFILE, 5_500)).split('\n')).toEqual([
    '# HELP coredns_plugin_enabled A metric that indicates whether a plugin is enabled on per server and zone basis.',
    '# TYPE coredns_plugin_enabled gauge',
    ...['errors', 'health', 'kubernetes', 'prometheus'].map(
      (name) => `coredns_plugin_enabled{name="${name}",server="dns://:53",view="",zone="."} 1`,
    ),
    'coredns_plugin_enabled{name="forward",server="dns://:5353",view="",zone="example.com."} 1',
    '# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.',
    '# TYPE process_start_time_seconds gauge',
    'process_start_time_seconds 5.5',
    '',
  ]);
});
