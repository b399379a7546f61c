import { afterAll, beforeAll, describe } from '@jest/globals';
import type { TestCluster } from './open-cluster.js';
import { itDeletesJobs } from './jobs-deletion.js';
import { itFailsJobs } from './jobs-failure.js';
import { itJudgesPodFailures } from './jobs-policies.js';
import { itScalesJobs } from './jobs-scaling.js';
import { stepsOn } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';
import { itCompletesJobs } from './jobs-success.js';
import { itPassesThroughStates } from './jobs-transitions.js';

/** What any Job controller must do: run pods to completion, count them once, and say how it went. */
export function itRunsJobs(open: () => Promise<TestCluster>): void {
  describe('jobs', () => {
    let cluster: TestCluster;
    let steps: Steps;
    beforeAll(async () => {
      cluster = await open();
      steps = stepsOn(cluster);
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    itCompletesJobs(() => steps);
    itFailsJobs(() => steps);
    itJudgesPodFailures(() => steps);
    itScalesJobs(() => steps);
    itPassesThroughStates(() => steps);
    itDeletesJobs(() => steps);
  });
}
