import type { AdmissionPlugin } from '#apiserver';

/** Admits everything, as every chain does that nothing refuses (plugin/pkg/admission/admit); deprecated. */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', operations: [], defaultOff: true };
