import { recordHeaderBytes, recordTagOffset, timestampBytes } from './log-file.js';

export interface LogFormat {
  /** Turns the next bytes of the file into bytes to send; keeps an incomplete record for the next call. */
  feed(bytes: Buffer): Buffer;
  /** Whether `limitBytes` were sent. */
  readonly full: boolean;
}

const newline = 0x0a;
const partTag = 0x50;

/**
 * Records to text, as the kubelet does it: older records than `since` left
 * out, parts joined, a timestamp only where a line begins, cut at `limitBytes`.
 */
export function createLogFormat(options: {
  timestamps?: boolean;
  sinceTime?: string;
  sinceSeconds?: number;
  limitBytes?: number;
}): LogFormat {
  const since = firstTimestamp(options);
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  let rest: Buffer = Buffer.alloc(0);
  let atLineStart = true;

  return {
    feed(bytes) {
      const text = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
      const out: Buffer[] = [];
      let at = 0;
      for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline, at)) {
        const isPart = text[at + recordTagOffset] === partTag;
        if (since === undefined || text.toString('latin1', at, at + timestampBytes) >= since) {
          if (options.timestamps && atLineStart) out.push(text.subarray(at, at + timestampBytes + 1));
          out.push(text.subarray(at + recordHeaderBytes, isPart ? end : end + 1));
        }
        atLineStart = !isPart;
        at = end + 1;
      }
      rest = Buffer.from(text.subarray(at));
      const sent = Buffer.concat(out).subarray(0, left);
      left -= sent.length;
      return sent;
    },
    get full() {
      return left <= 0;
    },
  };
}

/**
 * In the same form as a record's timestamp, so that they compare as text.
 * A `sinceTime` is cut to the whole second: so it travels from the API server to a kubelet.
 */
function firstTimestamp({
  sinceTime,
  sinceSeconds,
}: {
  sinceTime?: string;
  sinceSeconds?: number;
}): string | undefined {
  const since =
    sinceTime === undefined
      ? Date.now() - (sinceSeconds ?? Number.NaN) * 1000
      : Math.floor(Date.parse(sinceTime) / 1000) * 1000;
  return Number.isNaN(since) ? undefined : `${new Date(since).toISOString().slice(0, -1)}000000Z`;
}
