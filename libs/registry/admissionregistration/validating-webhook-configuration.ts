import type { admissionregistrationv1 } from '#api';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { staticSuffixWarnings } from './static-suffix.js';
import { webhooksErrors } from './webhook-validation.js';

/** ValidatingWebhookConfiguration (registry/admissionregistration/validatingwebhookconfiguration). */
export const validatingWebhookConfiguration = overNulls<admissionregistrationv1.ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingwebhookconfigurations',
  unconditionalUpdate: false,
  prepareForCreate: firstGeneration,
  prepareForUpdate: (object, old) => nextGeneration(object, old, ({ webhooks }) => webhooks),
  validate: ({ webhooks }) => webhooksErrors(webhooks),
  validateUpdate: ({ webhooks }, old) => webhooksErrors(webhooks, old.webhooks ?? []),
  warnings: staticSuffixWarnings,
  columns: [nameColumn, { name: 'Webhooks', type: 'integer', cell: ({ webhooks }) => webhooks?.length ?? 0 }, ageColumn],
});
