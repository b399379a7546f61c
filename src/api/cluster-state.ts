import type { Freshness } from '../model/change.js';

/** What is known of the cluster, without asking it in the request of a client. */
export interface ClusterState {
  read(): {
    /** Address of the API server. */
    readonly name: string;
    /** Null while it has not answered. */
    readonly version: string | null;
    readonly reachable: boolean;
    readonly freshness: Freshness;
  };
}
