import { openCluster } from './open-cluster.js';
import { itRunsJobs } from './jobs.js';

itRunsJobs(openCluster);
