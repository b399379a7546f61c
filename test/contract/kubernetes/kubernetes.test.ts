import { describe } from '@jest/globals';
import { itTellsWhatItIs } from './api-discovery.js';
import { itLists } from './api-list.js';
import { itKeepsObjects } from './api-objects.js';
import { itChecksObjects } from './api-validation.js';
import { itIsWatched } from './api-watch.js';
import { openCluster } from './open-cluster.js';

/** Against the stand-in; with KUBECONFIG set, against that cluster. */
describe('Kubernetes', () => {
  itTellsWhatItIs(openCluster);
  itKeepsObjects(openCluster);
  itChecksObjects(openCluster);
  itLists(openCluster);
  itIsWatched(openCluster);
});
