/** Where text goes: the process's own output, or a test's. */
export interface Out {
  write(text: string): void;
  /** A terminal understands cursor movement; anything else gets plain lines. */
  readonly isTerminal: boolean;
  /** Size of the terminal; may change between two reads. */
  readonly columns: number;
  readonly rows: number;
}

/** One of the process's streams; `plain` treats a terminal as if it were none. */
export function outOf(stream: NodeJS.WriteStream, plain = false): Out {
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY === true && !plain;
    },
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
  };
}
