const largestText = 4 * 1024 * 1024;

/** A log as one text; of one above 4 MiB the end, which begins with a line that says so. */
export async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  let left = 0;
  for await (const piece of pieces) {
    kept.push(piece);
    size += piece.length;
    while (size - (kept[0]?.length ?? 0) >= largestText) {
      const first = kept.shift()?.length ?? 0;
      size -= first;
      left += first;
    }
  }
  const text = Buffer.concat(kept).toString();
  return left === 0 ? text : `[${left} bytes before this are left out]\n${text}`;
}

/** The last `count` lines of a text; a line end at its end begins no line. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n');
  const trailing = lines.at(-1) === '' ? 1 : 0;
  return count <= 0 ? '' : lines.slice(-(count + trailing)).join('\n');
}
