/** An uploaded file whose bytes are all there. `createdAt` is RFC 3339. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly contentType: string;
  readonly createdAt: string;
}
