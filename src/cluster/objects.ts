/** The metadata that every Kubernetes object carries, as it comes over the wire: times are text. */
export interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Any Kubernetes object, before it is known what kind it is. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

export interface KubernetesList {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubernetesObject[] | null;
}

/** Label of everything that belongs to one experiment; its value is the experiment's id. */
export const experimentLabel = 'glados.io/experiment';

/** Annotation of a Job: how many trials of its experiment had ended when it was made. */
export const endedTrialsAnnotation = 'glados.io/ended-trials';

/** Annotation of a Job: how often trials of its experiment had been run again after its end when it was made. */
export const retriesAnnotation = 'glados.io/retries';

/** Annotation of a Job that was suspended because its experiment is paused, and by nobody else. */
export const pausedAnnotation = 'glados.io/paused';

/** Label of a pod that names its Job, and the one that older clusters set. */
export const jobNameLabels = ['batch.kubernetes.io/job-name', 'job-name'] as const;

/** Label, and annotation, of a pod of an Indexed Job. */
export const completionIndexLabel = 'batch.kubernetes.io/job-completion-index';
