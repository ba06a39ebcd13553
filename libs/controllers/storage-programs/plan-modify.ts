import type { corev1 } from '#api';

type Claim = corev1.PersistentVolumeClaim;

/** What is to be done about the attributes class of a claim's volume. */
export type ModifyPlan =
  | { do: 'nothing' }
  /** Nothing is asked for any more: the conditions about it go. */
  | { do: 'cancel' }
  | { do: 'modify'; target: string };

const NOTHING: ModifyPlan = { do: 'nothing' };

/** Whether a claim asks for another attributes class than its volume has, or was asked to. */
export const wantsModification = ({ spec, status }: Claim): boolean =>
  Boolean(spec.volumeName) &&
  status?.phase === 'Bound' &&
  (status.modifyVolumeStatus !== undefined ||
    (spec.volumeAttributesClassName ?? '') !== (status.currentVolumeAttributesClassName ?? '') ||
    (status.conditions ?? []).some(({ type }) => type === 'ModifyingVolume'));

/** To which attributes class a volume is to be modified (external-resizer modifycontroller, modify). Pure. */
export function planModify({ spec, status = {} }: Claim): ModifyPlan {
  const wanted = spec.volumeAttributesClassName ?? '';
  const { modifyVolumeStatus: last } = status;
  if (last === undefined && wanted === (status.currentVolumeAttributesClassName ?? '')) return NOTHING;
  if (wanted !== '') return { do: 'modify', target: wanted };
  if (last?.status === 'InProgress') return { do: 'modify', target: last.targetVolumeAttributesClassName ?? '' };
  return (status.conditions ?? []).some(({ type }) => type === 'ModifyingVolume') ? { do: 'cancel' } : NOTHING;
}

/** Why a driver does not take parameters (csi-driver-host-path validateVolumeMutableParameters): those it does not know. Pure. */
export function unknownParameters(parameters: Readonly<Record<string, string>>, accepted: ReadonlySet<string> | undefined): string[] {
  return accepted === undefined
    ? []
    : Object.keys(parameters)
        .filter((name) => !accepted.has(name))
        .sort();
}
