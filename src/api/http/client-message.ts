export type Fields = Readonly<Record<string, unknown>>;

/** What a client asks for with `subscribe`. */
export interface Asked {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Fields | null;
}

export type ClientMessage =
  | { readonly type: 'connection_init' | 'ping' | 'pong'; readonly payload?: Fields | null }
  | { readonly type: 'subscribe'; readonly id: string; readonly payload: Asked }
  | { readonly type: 'complete'; readonly id: string };

/** Undefined for everything that the protocol does not let a client say. Never throws. */
export function readMessage(text: string): ClientMessage | undefined {
  const message = parsed(text);
  return isFields(message) && isOfClient(message) ? (message as ClientMessage) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no message; the caller says so to the client.
    return undefined;
  }
}

function isOfClient({ type, id, payload }: Fields): boolean {
  switch (type) {
    case 'connection_init':
    case 'ping':
    case 'pong':
      return isFieldsOrNothing(payload);
    case 'subscribe':
      return isId(id) && isFields(payload) && isAsked(payload);
    case 'complete':
      return isId(id);
    default:
      return false;
  }
}

function isAsked({ query, operationName, variables, extensions }: Fields): boolean {
  return (
    typeof query === 'string' &&
    (operationName == null || typeof operationName === 'string') &&
    isFieldsOrNothing(variables) &&
    isFieldsOrNothing(extensions)
  );
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isFieldsOrNothing(value: unknown): boolean {
  return value == null || isFields(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
