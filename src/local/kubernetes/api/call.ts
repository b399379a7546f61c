import type { ObjectStore } from '../objects.js';
import type { Fields } from '../kinds/reading.js';
import type { Route } from './route.js';

/** One request for a resource, its body read and decoded. */
export interface Call {
  readonly store: ObjectStore;
  readonly route: Route;
  readonly query: URLSearchParams;
  /** Undefined when the request has none. */
  readonly body: Fields | undefined;
  /** The media type of the body, without parameters, in lower case. */
  readonly mediaType: string;
  /** The decoded body when it may be anything, as for a JSON Patch. */
  readonly raw: unknown;
}

/** What goes back: an object (JSON), the HTTP code, and warnings for the `Warning` header. */
export interface Reply {
  readonly code: number;
  readonly body: object;
  readonly warnings?: readonly string[];
}
