/** The shape of a parsed quantity. Models: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go `Quantity`, `Format` */

export type QuantityFormat = 'DecimalExponent' | 'BinarySI' | 'DecimalSI';

/** The value is `unscaled * 10^scale`. */
export interface Quantity {
  readonly unscaled: bigint;
  readonly scale: number;
  /** Whether upstream holds it as a decimal of any size (`inf.Dec`) and not as an int64: overflow differs. */
  readonly isDecimal: boolean;
  readonly format: QuantityFormat;
  /** The text it was parsed from, where that is already reckoned canonical. */
  readonly text?: string;
}
