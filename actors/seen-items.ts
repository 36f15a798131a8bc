/**
 * The distinct items of one user in the order of their first interaction: a persistent value. Adding returns another
 * value and leaves this one as it was; the two share one growing log, so nothing is copied on the usual path.
 */
export interface SeenItems {
  readonly count: number;
  has(itemRow: number): boolean;
}
export declare function emptySeen(): SeenItems;
