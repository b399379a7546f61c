import { afterAll, beforeAll, describe } from '@jest/globals';
import type { TestCluster } from './open-cluster.js';
import { stepsOn } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';
import { itConfiguresPods } from './pods-configuration.js';
import { itEndsPods } from './pods-endings.js';
import { itKeepsLogs } from './pods-logs.js';
import { itTellsOfPods } from './pods-events.js';
import { itLeadsPodsThroughLife } from './pods-life.js';

/** What any node of a Kubernetes cluster must do with pods: run them, tell of them, keep their logs, end them. */
export function itRunsPods(open: () => Promise<TestCluster>): void {
  describe('pods', () => {
    let cluster: TestCluster;
    let steps: Steps;
    beforeAll(async () => {
      cluster = await open();
      steps = stepsOn(cluster);
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    itLeadsPodsThroughLife(() => steps);
    itTellsOfPods(() => steps);
    itConfiguresPods(() => steps);
    itKeepsLogs(() => steps);
    itEndsPods(() => steps);
  });
}
