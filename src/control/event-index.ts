import type { KubernetesEvent } from '../model/event.js';

export interface EventIndex {
  put(key: string, event: KubernetesEvent | undefined): void;
  /** Events about the object of a uid, in the order in which they first came. */
  about(uid: string): readonly KubernetesEvent[];
}

/** Events by the object they are about. One without a uid, as the taint manager writes them, is not found. */
export function createEventIndex(): EventIndex {
  const groups = new Map<string, Map<string, KubernetesEvent>>();
  const uidOf = new Map<string, string>();
  return {
    put(key, event) {
      const uid = event?.about.uid ?? uidOf.get(key);
      if (uid === undefined) return;
      const group = groups.get(uid) ?? new Map<string, KubernetesEvent>();
      if (event) {
        group.set(key, event);
        groups.set(uid, group);
        uidOf.set(key, uid);
        return;
      }
      group.delete(key);
      uidOf.delete(key);
      if (group.size === 0) groups.delete(uid);
    },
    about: (uid) => [...(groups.get(uid)?.values() ?? [])],
  };
}
