import { expect, test } from '@jest/globals';
import { wantedKeys } from './past.js';

const keys = [
  '/registry/pods/shop/web-1',
  '/registry/pods/default/web-2',
  '/registry/deployments/shop/web',
  '/registry/minions/worker-1',
  '/registry/example.com/widgets/shop/w',
  '/registry/odd',
];
const pods = { group: '', resource: 'pods' };
const nodes = { group: '', resource: 'nodes' };
const widgets = { group: 'example.com', resource: 'widgets' };

test.each<[Parameters<typeof wantedKeys>[0], number[]]>([
  [{}, [0, 1, 2, 3, 4, 5]],
  [{ kinds: [pods] }, [0, 1]],
  [{ kinds: [nodes, widgets] }, [3, 4]],
  [{ namespace: 'shop' }, [0, 2, 4]],
  [{ kinds: [pods], namespace: 'shop' }, [0]],
  [{ kinds: [] }, []],
])('%j selects %j', (selection, expected) => {
  const wanted = wantedKeys(selection);
  expect(keys.flatMap((key, index) => (wanted(key) ? [index] : []))).toEqual(expected);
});
