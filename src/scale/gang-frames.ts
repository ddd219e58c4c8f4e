/** Messages between the ranks of a gang: a length, a kind, bytes. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** What a rank says: who it is (text), or its numbers. */
export interface GangFrame {
  readonly kind: "hello" | "welcome" | "refused" | "values" | "challenge" | "bye";
  readonly bytes: Buffer;
}

const KINDS = ["challenge", "hello", "welcome", "refused", "values", "bye"] as const;
/** Largest message of values that is taken; of text before a rank is known. */
const MOST_BYTES = 2 ** 31 - 16;
const MOST_TEXT = 4096;

/** Writes a message; its bytes are sent as they are, without a copy. */
export function writeFrame(kind: GangFrame["kind"], bytes: Uint8Array): [Buffer, Uint8Array] {
  const head = Buffer.alloc(5);
  head.writeUInt32LE(bytes.byteLength);
  head.writeUInt8(KINDS.indexOf(kind), 4);
  return [head, bytes];
}

/** Takes chunks of a connection, gives whole messages. */
export interface FrameReader {
  /** @throws Error for what is no message of a gang. */
  take(chunk: Buffer): GangFrame[];
  /** Lets messages be as long as values are, once it is known who sends. */
  trust(): void;
}

/** Makes a reader of messages; before {@link FrameReader.trust} they are bounded by some letters. */
export function createFrameReader(): FrameReader {
  let chunks: Buffer[] = [];
  let have = 0;
  let most = MOST_TEXT;
  return {
    trust() {
      most = MOST_BYTES;
    },
    take(chunk) {
      chunks.push(chunk);
      have += chunk.length;
      const frames: GangFrame[] = [];
      while (have >= 5) {
        if (chunks[0]!.length < 5) chunks = [Buffer.concat(chunks)];
        const length = chunks[0]!.readUInt32LE();
        const kind = KINDS[chunks[0]!.readUInt8(4)];
        if (kind === undefined || length > most) throw new Error("it sent no message of a gang");
        if (have < 5 + length) break;
        const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        frames.push({ kind, bytes: all.subarray(5, 5 + length) });
        chunks = [all.subarray(5 + length)];
        have -= 5 + length;
      }
      return frames;
    },
  };
}

/** Who a rank says it is. */
export interface Hello {
  readonly rank: number;
  readonly size: number;
  /** Proves that it knows the token; see {@link proofOf}. */
  readonly proof: string;
}

/** Reads a greeting; `null` if it is none. */
export function readHello(bytes: Buffer): Hello | null {
  try {
    const { rank, size, proof } = JSON.parse(bytes.toString("utf8")) as Partial<Hello>;
    const isHello = Number.isInteger(rank) && Number.isInteger(size) && typeof proof === "string";
    return isHello ? { rank: rank!, size: size!, proof: proof! } : null;
  } catch {
    return null;
  }
}

/** Proves the knowledge of a token without sending it. */
export function proofOf(token: string, challenge: Uint8Array): string {
  return createHmac("sha256", token).update(challenge).digest("hex");
}

/** Compares two proofs, in a time that tells nothing. */
export function isSameProof(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a, "utf8"), Buffer.from(b, "utf8")];
  return x.length === y.length && timingSafeEqual(x, y);
}
