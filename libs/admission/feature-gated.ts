import type { AdmissionPlugin } from '#apiserver';

/**
 * Plugins that upstream registers and that do nothing unless an alpha feature gate is on, whose kinds are not served here: they can be named
 * by the flags.
 */
const gated = (name: string): AdmissionPlugin => ({ name, operations: [] });

/** Gate GenericWorkload (plugin/pkg/admission/scheduling/podgroupprotection). */
export const podGroupProtection: AdmissionPlugin = gated('PodGroupProtection');
/** Gate GenericWorkload (plugin/pkg/admission/podgroup). */
export const podGroupWorkloadExists: AdmissionPlugin = gated('PodGroupWorkloadExists');
/** Gate WorkloadWithJob (plugin/pkg/admission/job). */
export const jobValidation: AdmissionPlugin = gated('JobValidation');
