import type { LogPlace } from './log-cursor.js';
import type { LogLine } from './log-message.js';

/** One step through one log. */
export interface LogEntry {
  /** As in LogPlaces. */
  readonly source: string;
  /** Where the log has been read up to with this. */
  readonly place: LogPlace;
  /** What lines of several logs are ordered by; comparable as text. */
  readonly time: string;
  /** Absent when the line is none of those asked for: then only its place counts. */
  readonly line?: LogLine;
  /** Lines before this one were lost, or may have been; by whom they were written. */
  readonly lostBy?: string;
}
