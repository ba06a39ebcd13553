/** Kinds of field errors, with the reason each becomes in a Status cause (apimachinery/pkg/util/validation/field/errors.go). */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One thing wrong with one field. Validation returns these and never throws. */
export interface FieldError {
  type: FieldErrorType;
  /** Path as upstream writes it: `spec.containers[0].image`. */
  field: string;
  /** The message without the path, as it stands in `causes[].message`: `Invalid value: "x": must be …`. */
  message: string;
}
