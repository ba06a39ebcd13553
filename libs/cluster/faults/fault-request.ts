import { formatGoDuration, parseGoDuration } from '#apimachinery';
import { FAULT_TYPES, FAULTY_COMPONENTS, type Fault, FaultRefused, type FaultRequest } from './fault.js';
import { symptomsOf } from './symptoms.js';

/** A fault as clients word it: durations are texts. */
export interface FaultWords {
  type?: string;
  component?: string;
  node?: string;
  peer?: string;
  exitCode?: number;
  delay?: string;
  skew?: string;
  image?: string;
}

/** An hour. */
const LONGEST_DELAY = 3_600_000;
const LONGEST_IMAGE = 255;

function delayOf(text: string): number {
  const delay = text.length <= 32 ? parseGoDuration(text) : undefined;
  if (delay === undefined || delay < 1 || delay > LONGEST_DELAY)
    throw new FaultRefused('delay: must be a duration from 1ms to 1h such as 30s');
  return Math.floor(delay);
}

/** Ten years. */
const LARGEST_SKEW = 87_600 * 3_600_000;

function skewOf(text: string): number {
  const skew = text.length <= 32 ? parseGoDuration(text) : undefined;
  if (skew === undefined || skew === 0 || Math.abs(skew) > LARGEST_SKEW)
    throw new FaultRefused('skew: must be a duration of at most 87600h such as -48h');
  return Math.trunc(skew);
}

function checkedImage(image: string): string {
  const fits = image.length > 0 && image.length <= LONGEST_IMAGE && /^[\w./:@*-]+$/.test(image);
  if (!fits) throw new FaultRefused('image: must be an image; * stands for any text');
  return image;
}

function checkedCode(code: number): number {
  if (!Number.isInteger(code) || code < 0 || code > 255) throw new FaultRefused('exitCode: must be from 0 to 255');
  return code;
}

/** A request as a client words it. Throws FaultRefused for what is none. */
export function faultRequestOf({ type, component, node, peer, exitCode, delay, skew, image }: FaultWords): FaultRequest {
  const known = FAULT_TYPES.find((each) => each === type);
  if (known === undefined) throw new FaultRefused(`type: must be one of ${FAULT_TYPES.join(', ')}`);
  const part = FAULTY_COMPONENTS.find((each) => each === component);
  if (part === undefined && component !== undefined) throw new FaultRefused(`component: must be one of ${FAULTY_COMPONENTS.join(', ')}`);
  return {
    type: known,
    ...(part === undefined ? {} : { component: part }),
    ...(node === undefined ? {} : { node }),
    ...(peer === undefined ? {} : { peer }),
    ...(exitCode === undefined ? {} : { exitCode: checkedCode(exitCode) }),
    ...(delay === undefined ? {} : { delay: delayOf(delay) }),
    ...(skew === undefined ? {} : { skew: skewOf(skew) }),
    ...(image === undefined ? {} : { image: checkedImage(image) }),
  };
}

/** A fault as clients read it. */
export function faultWords(fault: Fault) {
  const { delay, skew, validFrom: _, restarts: __, restarted: ___, ...words } = fault;
  return {
    ...words,
    ...(delay === undefined ? {} : { delay: formatGoDuration(delay) }),
    ...(skew === undefined ? {} : { skew: formatGoDuration(skew) }),
    symptoms: symptomsOf(fault),
  };
}
