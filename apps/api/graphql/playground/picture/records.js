/** Whether a part of an answer is an object with fields. */
export const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
