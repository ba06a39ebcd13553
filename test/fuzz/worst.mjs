// The worst requests of a given size: the shape is chosen, the size is up to 3 MB.
import { worstCustom } from './custom.mjs';
import { worstAdmission } from './worst-admission.mjs';
import { worstObjects } from './worst-objects.mjs';
import { worstTexts } from './worst-texts.mjs';

/** Shape by name: bytes → request. */
export const worst = { ...worstAdmission, ...worstObjects, ...worstTexts, ...worstCustom };
