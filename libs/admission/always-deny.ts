import type { AdmissionAttributes, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';

function deny(attributes: AdmissionAttributes): never {
  throw rejected(attributes, 'admission control is denying all modifications');
}

/** Refuses everything that admission is asked about (plugin/pkg/admission/deny); deprecated. */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  defaultOff: true,
  mutates: false,
  admit: deny,
  validate: deny,
};
