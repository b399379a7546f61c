import type { ConfigFormat } from './config-file.js';
import type { ProgramKind } from './experiment.js';
import type { Objective } from './objective.js';
import type { SamplingKind } from './parameter.js';

type Maybe<T> = T | null | undefined;

/** What a client hands in, decoded but not checked: SubmitExperimentInput of the schema. Null and absent mean the same. */
export interface SubmissionInput {
  readonly idempotencyKey?: Maybe<string>;
  readonly name: string;
  readonly description?: Maybe<string>;
  readonly tags?: Maybe<readonly string[]>;
  readonly program: ProgramInput;
  /** Slowest first. */
  readonly parameters: readonly ParameterInput[];
  readonly sampling?: Maybe<SamplingInput>;
  readonly constants?: Maybe<string>;
  readonly configFormat?: Maybe<ConfigFormat>;
  readonly trialTimeoutSeconds?: Maybe<number>;
  readonly resultFile: string;
  readonly resultRow?: Maybe<number>;
  readonly objective?: Maybe<Objective>;
  readonly workers?: Maybe<number>;
  readonly resources?: Maybe<ResourcesInput>;
}

export interface ProgramInput {
  readonly fileId: string;
  readonly kind?: Maybe<ProgramKind>;
  readonly executable?: Maybe<string>;
  readonly command?: Maybe<readonly string[]>;
  readonly image?: Maybe<string>;
}

export interface ResourcesInput {
  readonly cpu?: Maybe<string>;
  readonly memory?: Maybe<string>;
}

export interface SamplingInput {
  readonly kind?: Maybe<SamplingKind>;
  readonly samples?: Maybe<number>;
  readonly seed?: Maybe<number>;
}

/** Exactly one of these is set. */
export interface ParameterInput {
  readonly integer?: Maybe<RangeInput>;
  readonly float?: Maybe<RangeInput>;
  readonly bool?: Maybe<{ readonly name: string; readonly default?: Maybe<boolean> }>;
  readonly text?: Maybe<{ readonly name: string; readonly value: string }>;
  readonly list?: Maybe<{
    readonly name: string;
    readonly values: readonly string[];
    readonly default?: Maybe<string>;
  }>;
  readonly group?: Maybe<{ readonly name: string; readonly columns: readonly ColumnInput[] }>;
}

export interface RangeInput {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly step?: Maybe<number>;
  readonly points?: Maybe<number>;
  readonly scale?: Maybe<'LINEAR' | 'LOG'>;
  readonly default?: Maybe<number>;
}

export interface ColumnInput {
  readonly name: string;
  readonly values: readonly string[];
}
