/** A core/v1 Event, trimmed: what Kubernetes said of one object, and when. Times are RFC 3339; `id` is the uid. */
export interface KubernetesEvent {
  readonly id: string;
  /** `Warning` for what went wrong, else `Normal`. */
  readonly type: string;
  /** One word, e.g. FailedScheduling. */
  readonly reason: string;
  readonly message: string;
  /** How often it was said between `firstAt` and `lastAt`, at least 1. */
  readonly count: number;
  readonly firstAt?: string;
  readonly lastAt?: string;
  readonly about: EventSubject;
}

export interface EventSubject {
  readonly kind: string;
  readonly name: string;
  /** Absent in what the taint manager writes. */
  readonly uid?: string;
}
