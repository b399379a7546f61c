import { openCluster } from './open-cluster.js';
import { itRunsPods } from './pods.js';

itRunsPods(openCluster);
