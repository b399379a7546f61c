import type { Claim } from '../../src/store/claims.js';

/** A pod's claim at ten o'clock; it knows of what it holds unless `holding` says otherwise. */
export function asks(podId: string, limit: number, holding: readonly number[] = everything): Claim {
  return { podId, limit, holding, now: '2026-11-25T10:00:00.000Z' };
}

const everything = Array.from({ length: 1000 }, (_, index) => index);
