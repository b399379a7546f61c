/** The dimensions of a search space, exactly as submitted and checked. */
export type Parameter =
  | RangeParameter
  | { readonly kind: 'bool'; readonly name: string; readonly default?: boolean }
  | { readonly kind: 'text'; readonly name: string; readonly value: string }
  | { readonly kind: 'list'; readonly name: string; readonly values: readonly string[]; readonly default?: string }
  | { readonly kind: 'group'; readonly name: string; readonly columns: readonly GroupColumn[] };

/** Numbers from min to max. Step or points say which ones; without either all of them are meant, and only sampling can choose. */
export interface RangeParameter {
  readonly kind: 'integer' | 'float';
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** From one value to the next: added, or on a LOG scale multiplied. Of integers there is always one; 1 on a LOG scale says any of them. */
  readonly step?: number;
  /** How many values, spread evenly over the scale, both ends included. */
  readonly points?: number;
  /** Absent: linear. */
  readonly scale?: 'LOG';
  readonly default?: number;
}

/** A column of a group; all columns of one group are equally long. */
export interface GroupColumn {
  readonly name: string;
  readonly values: readonly string[];
}

export type SamplingKind = 'GLADOS' | 'GRID' | 'RANDOM' | 'SOBOL';

/**
 * Which assignments are run. GLADOS: at most one defaulted parameter leaves its
 * default per trial. GRID: the full product. These two need nothing but their name.
 */
export type Sampling = 'GLADOS' | 'GRID' | SampledPoints;

/** So many points of the space. A trial's index is its sample's number: with more samples, those that were there stay as they are. */
export interface SampledPoints {
  readonly kind: 'RANDOM' | 'SOBOL';
  readonly samples: number;
  /** RANDOM always has one; SOBOL without one is the plain sequence, with one it is scrambled. */
  readonly seed?: number;
}

/** One name and its value in one trial. */
export interface Setting {
  readonly name: string;
  readonly value: number | boolean | string;
  /** The value in Python's spelling: True, 0.5, 1.0, 1e-05. */
  readonly text: string;
}

/** All settings of one trial, slowest parameter first (GLADOS: groups behind the others, constants last); a group contributes its columns. */
export type Assignment = readonly Setting[];

/** A numbered list of assignments that is computed, never stored: its size is that of its parameters. */
export interface SearchSpace {
  /** Exact, also above 2^53 - 1, where a submission is refused. 0 when every assignment leaves two defaults. */
  readonly count: bigint;
  /** Needs 0 ≤ index < count, and below 2^53. */
  at(index: number): Assignment;
}
