/** On whose behalf something is asked. */
export type Viewer =
  | { readonly kind: 'person'; readonly owner: string }
  /** A program inside a pod, with a token good for one experiment. */
  | { readonly kind: 'runner'; readonly experimentId: string };
