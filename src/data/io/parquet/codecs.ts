/** Packings of Parquet pages that Node itself can undo. */
import * as zlib from "node:zlib";

/**
 * Unpacks a page.
 *
 * @param input - the packed bytes.
 * @param size - bytes that it says to unpack to; more are an error, so that a bomb stays packed.
 */
export type Unpack = (input: Uint8Array, size: number) => Uint8Array;

type ZlibUnpack = (input: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/**
 * Returns how a packing is undone, by its name in Parquet; Zstandard needs Node 22.15. Snappy is not among them.
 */
export function nodeCodecs(): Readonly<Partial<Record<"GZIP" | "BROTLI" | "ZSTD", Unpack>>> {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: ZlibUnpack };
  const bounded =
    (unpack: ZlibUnpack): Unpack =>
    (input, size) =>
      unpack(input, { maxOutputLength: Math.max(size, 1) });
  return {
    GZIP: bounded(zlib.gunzipSync),
    BROTLI: bounded(zlib.brotliDecompressSync),
    ...(zstdDecompressSync && { ZSTD: bounded(zstdDecompressSync) }),
  };
}
