import { describe } from '@jest/globals';
import { itKeepsToQuotas } from './admission-quota.js';
import { itKeepsPodsSecure } from './admission-security.js';
import { itTellsWhatItIs } from './api-discovery.js';
import { itBridgesGaps } from './api-gaps.js';
import { itLists } from './api-list.js';
import { itKeepsObjects } from './api-objects.js';
import { itChecksObjects } from './api-validation.js';
import { itIsWatched } from './api-watch.js';
import { itRunsJobs } from './jobs.js';
import { openCluster } from './open-cluster.js';
import { itRunsPods } from './pods.js';
import { itFeedsReflectors } from './reflector.js';

/** Against the stand-in; with KUBECONFIG set, against that cluster. The last four need a node. */
describe('Kubernetes', () => {
  itTellsWhatItIs(openCluster);
  itKeepsObjects(openCluster);
  itChecksObjects(openCluster);
  itLists(openCluster);
  itIsWatched(openCluster);
  itBridgesGaps(openCluster);
  itFeedsReflectors(openCluster);
  itKeepsToQuotas(openCluster);
  itKeepsPodsSecure(openCluster);
  itRunsJobs(openCluster);
  itRunsPods(openCluster);
});
