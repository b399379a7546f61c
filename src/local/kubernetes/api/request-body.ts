import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { ApiFailure } from '../api-failure.js';
import { decodeProtobuf } from '../kinds/protobuf.js';
import { at, isFields } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import type { Kind } from '../resources.js';
import { patchTypes } from './patch.js';
import { badRequest } from './failure-status.js';

/** As the real server: 3 MiB. */
const limitBytes = 3 * 1024 * 1024;

export interface RequestBody {
  readonly mediaType: string;
  readonly body: Fields | undefined;
  readonly raw: unknown;
}

/**
 * Reads and decodes a request's body: JSON, or YAML or protobuf where it is declared.
 *
 * @throws ApiFailure 400, 413 past 3 MiB, 415 for another media type
 */
export async function readBody(
  request: IncomingMessage,
  { kind }: { readonly kind: Pick<Kind, 'kind'> },
): Promise<RequestBody> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (request.method === 'GET' || request.method === 'HEAD') return { mediaType, body: undefined, raw: undefined };
  const bytes = await readBytes(request);
  if (request.method === 'DELETE' && bytes.length === 0) return { mediaType, body: undefined, raw: undefined };
  const isProtobuf = mediaType === 'application/vnd.kubernetes.protobuf' && request.method !== 'PATCH';
  const raw = isProtobuf
    ? fromProtobuf(bytes, kind.kind)
    : decode(bytes.toString('utf8'), mediaType, request.method === 'PATCH', kind.kind);
  return { mediaType, raw, body: isFields(raw) ? raw : undefined };
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) {
      throw new ApiFailure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limitBytes}`, {});
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function fromProtobuf(bytes: Buffer, kind: string): Fields {
  try {
    return decodeProtobuf(bytes);
  } catch (error) {
    throw unrecognized(kind, String(at(error, 'message')));
  }
}

function decode(text: string, mediaType: string, isPatch: boolean, kind: string): unknown {
  const isYaml = mediaType === 'application/yaml' || mediaType === 'application/apply-patch+yaml';
  const isJson = mediaType === 'application/json' || mediaType === '';
  if (isPatch ? !patchTypes.includes(mediaType) : !isJson && !isYaml) {
    const message = isPatch
      ? '415: Unsupported Media Type'
      : 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf';
    throw new ApiFailure(415, 'UnsupportedMediaType', message, {});
  }
  let value: unknown;
  try {
    value = isYaml ? parse(text) : JSON.parse(text);
  } catch (error) {
    const why = text === '' ? 'unexpected end of JSON input' : error instanceof Error ? error.message : String(error);
    if (isPatch) throw badRequest(`error decoding patch: ${why}`);
    throw unrecognized(kind, `json parse error: ${why} (${text === '' ? '<empty>' : text.slice(0, 100)})`);
  }
  if (isPatch || isFields(value)) return value;
  const type = Array.isArray(value) ? 'array' : typeof value;
  throw unrecognized(kind, `json parse error: json: cannot unmarshal ${type} into Go value of type struct`);
}

const unrecognized = (kind: string, why: string): ApiFailure =>
  badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; ${why}`);
