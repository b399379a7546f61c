import type { ResponseError } from './request.js';

/** What the server may say. @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
export type ServerMessage =
  | { readonly type: 'connection_ack' }
  | { readonly type: 'pong' }
  | { readonly type: 'ping'; readonly payload?: unknown }
  | { readonly type: 'next'; readonly id: string; readonly payload: Answer }
  | { readonly type: 'error'; readonly id: string; readonly payload: readonly ResponseError[] }
  | { readonly type: 'complete'; readonly id: string };

export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly ResponseError[];
}

/** Undefined for what is no message of the protocol: other types, no JSON, a binary frame. */
export function readMessage(frame: unknown): ServerMessage | undefined {
  const message = typeof frame === 'string' ? parsed(frame) : undefined;
  if (!isObject(message)) return undefined;
  const { type, id, payload } = message;
  if (type === 'connection_ack') return { type };
  if (type === 'pong') return { type };
  if (type === 'ping') return { type, payload };
  if (typeof id !== 'string') return undefined;
  if (type === 'complete') return { type, id };
  if (type === 'error' && areErrors(payload)) return { type, id, payload };
  if (type === 'next' && isObject(payload) && (payload['errors'] === undefined || areErrors(payload['errors']))) {
    return { type, id, payload };
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Told to the caller as "no message".
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areErrors(value: unknown): value is readonly ResponseError[] {
  return Array.isArray(value) && value.every((error) => isObject(error) && typeof error['message'] === 'string');
}
