/** The dimensions of a search space, exactly as submitted and checked. */
export type Parameter =
  | {
      readonly kind: 'integer';
      readonly name: string;
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly default?: number;
    }
  | {
      readonly kind: 'float';
      readonly name: string;
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly default?: number;
    }
  | { readonly kind: 'bool'; readonly name: string; readonly default?: boolean }
  | { readonly kind: 'text'; readonly name: string; readonly value: string }
  | { readonly kind: 'list'; readonly name: string; readonly values: readonly string[]; readonly default?: string }
  | { readonly kind: 'group'; readonly name: string; readonly columns: readonly GroupColumn[] };

/** A column of a group; all columns of one group are equally long. */
export interface GroupColumn {
  readonly name: string;
  readonly values: readonly string[];
}

/** GLADOS: at most one defaulted parameter leaves its default per trial. GRID: the full product. */
export type SamplingKind = 'GLADOS' | 'GRID';

/** One name and its value in one trial. */
export interface Setting {
  readonly name: string;
  readonly value: number | boolean | string;
  /** The value in Python's spelling: True, 0.5, 1.0, 1e-05. */
  readonly text: string;
}

/** All settings of one trial, slowest parameter first (GLADOS: groups behind the others, constants last); a group contributes its columns. */
export type Assignment = readonly Setting[];
