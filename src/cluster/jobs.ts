import type { Job } from '../model/job.js';
import { ClusterError } from './cluster-error.js';
import type { ClusterConnection } from './connection.js';
import type { Manifest } from './job-template.js';
import { pausedAnnotation } from './objects.js';
import { toJob } from './to-job.js';
import type { RawJob } from './to-job.js';

export type Ensured = 'created' | 'exists';

const mergePatch = 'application/merge-patch+json';

export type Jobs = ReturnType<typeof createJobs>;

/** Jobs of one namespace and the Secrets beside them. Every verb may be repeated. All throw ClusterError. */
export function createJobs(connection: ClusterConnection, namespace: string) {
  const jobsPath = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const secretsPath = `/api/v1/namespaces/${namespace}/secrets`;

  return {
    /**
     * Creates a Job, or leaves the one of that name as it is: its pod template could not be changed anyway. A field
     * that Kubernetes does not know, as in an operator's affinity, is refused and not dropped.
     */
    async ensure(manifest: Manifest): Promise<Ensured> {
      const strictly = { body: manifest, query: { fieldValidation: 'Strict' } };
      const made = await unlessStatus(409, connection.request('POST', jobsPath, strictly));
      return made === undefined ? 'exists' : 'created';
    },

    /** Resolves to undefined when there is no such Job. */
    async get(name: string): Promise<Job | undefined> {
      const raw = await unlessStatus(404, connection.request<RawJob>('GET', `${jobsPath}/${encodeURIComponent(name)}`));
      return raw && toJob(raw);
    },

    /**
     * Resolves when the deletion is recorded, also when nothing was there; the pods end later.
     *
     * `Foreground` keeps the Job, with `deletedAt`, until its pods are gone.
     */
    async delete(name: string, { propagation }: { readonly propagation: 'Background' | 'Foreground' }): Promise<void> {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: propagation };
      const path = `${jobsPath}/${encodeURIComponent(name)}`;
      await unlessStatus(404, connection.request('DELETE', path, { body }));
    },

    /** Suspends a Job, which ends its pods, or lets it make them again. Resolves also when there is no such Job. */
    async pause(name: string, isPaused: boolean): Promise<void> {
      const annotations = { [pausedAnnotation]: isPaused ? 'true' : null };
      await unlessStatus(
        404,
        connection.request('PATCH', `${jobsPath}/${encodeURIComponent(name)}`, {
          body: { metadata: { annotations }, spec: { suspend: isPaused } },
          contentType: mergePatch,
        }),
      );
    },

    /**
     * Creates a Secret, or puts the manifest's values into the one of that name. Its other values stay, and its owner
     * unless it is to be disowned: then it does not go with that owner, also when that is gone already.
     */
    async ensureSecret(manifest: Manifest, { disown = false } = {}): Promise<Ensured> {
      const made = await unlessStatus(409, connection.request('POST', secretsPath, { body: manifest }));
      if (made !== undefined) return 'created';
      const path = `${secretsPath}/${encodeURIComponent(manifest.metadata.name)}`;
      const metadata = { ...manifest.metadata, ...(disown && { ownerReferences: null }) };
      await connection.request('PATCH', path, { body: { ...manifest, metadata }, contentType: mergePatch });
      return 'exists';
    },

    /** Makes a Secret go when its Job goes. */
    async ownSecret(secretName: string, job: Pick<Job, 'id' | 'name'>): Promise<void> {
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job.name, uid: job.id };
      await connection.request('PATCH', `${secretsPath}/${encodeURIComponent(secretName)}`, {
        body: { metadata: { ownerReferences: [owner] } },
        contentType: mergePatch,
      });
    },

    /** Resolves also when nothing was there. */
    async deleteSecret(name: string): Promise<void> {
      await unlessStatus(404, connection.request('DELETE', `${secretsPath}/${encodeURIComponent(name)}`));
    },

    /** Of the server, e.g. v1.36.3. */
    async version(): Promise<string> {
      const { gitVersion } = await connection.request<{ readonly gitVersion: string }>('GET', '/version');
      return gitVersion;
    },
  };
}

/** Undefined in place of one failure that is no failure here. */
async function unlessStatus<T>(status: number, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ClusterError && error.status === status) return undefined;
    throw error;
  }
}
