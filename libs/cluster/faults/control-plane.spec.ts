import { ControlPlaneState } from './control-plane.js';
import type { ControlPlaneHistory } from './history.js';

const leader = { holder: 1, renewed: 5, ended: false, transitions: 2 };
/** A row that was written before cloud-controller-manager elected a leader. */
const former: ControlPlaneHistory = {
  ...{ seed: 's', members: ['cp-1', 'cp-2'], etcd: { leader: 0, term: 2 }, impairments: [], changedAt: 5 },
  leaders: { 'kube-controller-manager': leader, 'kube-scheduler': leader },
};

it('a component that elects a leader only since the row was written is led by the first instance', () => {
  const state = new ControlPlaneState([], former);
  expect(state.leadership('cloud-controller-manager', 9)).toEqual({ holder: 0, transitions: 0, active: true });
  expect(state.leadership('kube-scheduler', 9)).toEqual({ holder: 1, transitions: 2, active: true });
});

it('a fault of the row that keeps all its instances from working still does', () => {
  const state = new ControlPlaneState([{ type: 'pause', component: 'cloud-controller-manager', since: 5 }], former);
  expect(state.leadership('cloud-controller-manager', 9)).toEqual({ holder: 0, transitions: 0, active: false });
});
