/** A list of which parts could not be read: what there is, and an error for each part that is not. */
export class PartialList {
  constructor(
    readonly items: readonly unknown[],
    readonly errors: readonly Error[],
  ) {}
}
