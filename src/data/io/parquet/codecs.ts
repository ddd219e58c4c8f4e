/** Packings of Parquet pages that Node itself can undo. */
import * as zlib from "node:zlib";

/** Unpacks a page. */
export type Unpack = (input: Uint8Array) => Uint8Array;

/**
 * Returns how a packing is undone, by its name in Parquet; Zstandard needs Node 22.15. Snappy is not among them.
 */
export function nodeCodecs(): Readonly<Partial<Record<"GZIP" | "BROTLI" | "ZSTD", Unpack>>> {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Unpack };
  return {
    GZIP: (input) => zlib.gunzipSync(input),
    BROTLI: (input) => zlib.brotliDecompressSync(input),
    ...(zstdDecompressSync && { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }),
  };
}
