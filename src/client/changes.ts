import type * as generated from './generated/graphql.js';

export type Experiment = generated.ExperimentFieldsFragment;
export type Job = generated.JobFieldsFragment;
export type Pod = generated.PodFieldsFragment;
export type Trial = generated.TrialFieldsFragment;
export type Freshness = generated.FreshnessFieldsFragment;
export type LogLines = generated.LogsSubscription['logs'];
export type Leaderboard = generated.LeaderboardSubscription['leaderboard'];
export type LogLine = LogLines['lines'][number];
export type LogGap = NonNullable<LogLines['gap']>;

export type ExperimentTreeChange = generated.ExperimentTreeSubscription['experimentTree'];
export type ExperimentChange = generated.ExperimentsChangedSubscription['experimentsChanged'];
export type JobChange = generated.JobsChangedSubscription['jobsChanged'];
export type PodChange = generated.PodsChangedSubscription['podsChanged'];
export type TrialChange = generated.TrialsChangedSubscription['trialsChanged'];
