/** The thread of a rank that holds its connections: rank 0 adds what the others send and sends the sum back. */
import { randomBytes } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import {
  createFrameReader,
  type GangFrame,
  isSameProof,
  proofOf,
  readHello,
  writeFrame,
} from "./gang-frames.js";
import { type GangOrder, STATE, type SumOrder, tellFailure } from "./gang-memory.js";

/** Milliseconds between two tries to reach rank 0. */
const RETRY_MS = 100;
/** Milliseconds that the last words may take. */
const HANG_UP_MS = 5000;

holdConnections(workerData as GangOrder, parentPort!);

/** Connects a rank, then answers each sum that its own thread asks for. */
function holdConnections(order: GangOrder, parent: MessagePort): void {
  const { rank, size, address, port, token, joinTimeout, control } = order;
  const state = new Int32Array(control);
  /** The connections: of rank 0 by rank, of others that to rank 0. */
  const sockets = new Map<number, Socket>();
  /** What came and was not added yet, by rank; at most one message each. */
  const arrived = new Map<number, Buffer>();
  let server: Server | null = null;
  let waiting: SumOrder | null = null;
  /** Ranks that said goodbye: their work is done, and nothing more comes of them. */
  const left = new Set<number>();
  let over = false;

  parent.on("message", (message: SumOrder | "close") => {
    if (message === "close") close();
    else {
      waiting = message;
      if (rank !== 0) send(sockets.get(0)!, "values", own(message));
      settle();
    }
  });

  // Whoever waits for a sum sees no event: a bug must reach it as a failure.
  process.on("uncaughtException", (error) => fail(error.message));

  const late = setTimeout(() => {
    const missing = Array.from({ length: size }, (_, i) => i).filter(
      (one) => one !== rank && !sockets.has(one) && (rank === 0 || one === 0),
    );
    fail(`after ${joinTimeout / 1000} s rank ${missing.join(", ")} is not there`);
  }, joinTimeout);

  if (rank === 0) listen();
  else reach();

  function listen(): void {
    server = createServer((socket) => welcome(socket));
    server.on("error", (error) =>
      fail(`${address}:${port} cannot be listened on: ${error.message}`),
    );
    server.listen(port, address);
  }

  /** Lets in whoever proves to be a missing rank; anybody else is sent away and disturbs nobody. */
  function welcome(socket: Socket): void {
    const reader = createFrameReader();
    const challenge = randomBytes(16);
    let known: number | null = null;
    const refuse = (why: string): void => {
      send(socket, "refused", Buffer.from(why, "utf8"));
      socket.end();
    };
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (known !== null && !left.has(known)) fail(`rank ${known} is gone`);
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on("data", (chunk: Buffer) => {
      let frames: GangFrame[];
      try {
        frames = reader.take(chunk);
      } catch {
        socket.destroy();
        return;
      }
      for (const { kind, bytes } of frames) {
        if (known !== null && (kind === "values" || kind === "bye")) {
          if (kind === "bye") left.add(known);
          else arrived.set(known, bytes);
          settle();
        } else if (known === null && kind === "hello") {
          const hello = readHello(bytes);
          if (hello === null || !isSameProof(hello.proof, proofOf(token, challenge))) {
            refuse("the token is another one");
          } else if (hello.size !== size) {
            refuse(`it has ${size} ranks, found one of ${hello.size}`);
          } else if (hello.rank < 1 || hello.rank >= size || sockets.has(hello.rank)) {
            refuse(`rank ${hello.rank} is there already, or none of ${size}`);
          } else {
            known = hello.rank;
            reader.trust();
            sockets.set(known, socket);
            if (sockets.size === size - 1) {
              for (const one of sockets.values()) send(one, "welcome", new Uint8Array(0));
              joined();
            }
          }
        }
      }
    });
    send(socket, "challenge", challenge);
  }

  function reach(): void {
    if (over) return;
    const reader = createFrameReader();
    const socket = connect(port, address);
    let known = false;
    let refused = false;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (known && left.has(0)) return;
      if (known) fail("rank 0 is gone");
      else if (!refused && !over) setTimeout(reach, RETRY_MS);
    });
    socket.on("data", (chunk: Buffer) => {
      let frames: GangFrame[];
      try {
        frames = reader.take(chunk);
      } catch {
        // Something else listens there, perhaps not for long.
        socket.destroy();
        return;
      }
      for (const { kind, bytes } of frames) {
        if (kind === "challenge") {
          const hello = JSON.stringify({ rank, size, proof: proofOf(token, bytes) });
          send(socket, "hello", Buffer.from(hello, "utf8"));
        } else if (kind === "welcome") {
          known = true;
          reader.trust();
          sockets.set(0, socket);
          joined();
        } else if (kind === "refused") {
          refused = true;
          fail(`rank 0 refuses rank ${rank}: ${bytes.toString("utf8")}`);
        } else if (kind === "values" || kind === "bye") {
          if (kind === "bye") left.add(0);
          else arrived.set(0, bytes);
          settle();
        }
      }
    });
  }

  function joined(): void {
    clearTimeout(late);
    parent.postMessage("joined");
  }

  /** Answers the sum that is waited for, once everything for it is there. */
  function settle(): void {
    if (waiting === null || over) return;
    const { values, length } = waiting;
    const sum = new Float32Array(values, 0, length);
    // What came of a rank before it left still counts.
    const lost = [...left].find((one) => !arrived.has(one));
    if (lost !== undefined) {
      fail(`rank ${lost} has ended`);
      return;
    }
    if (rank === 0) {
      if (arrived.size < size - 1) return;
      for (let one = 1; one < size; one++) {
        const theirs = arrived.get(one)!;
        if (theirs.byteLength !== 4 * length) {
          fail(`rank ${one} sent ${theirs.byteLength / 4} numbers, expected ${length}`);
          return;
        }
        // Messages begin anywhere; floats lie at multiples of four.
        const numbers = new Float32Array(Uint8Array.from(theirs).buffer);
        for (let i = 0; i < length; i++) sum[i]! += numbers[i]!;
      }
      arrived.clear();
      // The bytes must not change while they are sent.
      const bytes = Buffer.from(own(waiting));
      for (const socket of sockets.values()) send(socket, "values", bytes);
    } else {
      const bytes = arrived.get(0);
      if (bytes === undefined) return;
      arrived.delete(0);
      own(waiting).set(bytes);
    }
    waiting = null;
    Atomics.store(state, 0, STATE.done);
    Atomics.notify(state, 0);
  }

  function fail(why: string): void {
    if (over) return;
    over = true;
    clearTimeout(late);
    tellFailure(control, why);
    parent.postMessage("failed");
    hangUp();
  }

  /** Leaves without alarm: the others hear that no more comes. */
  function close(): void {
    for (const socket of sockets.values()) send(socket, "bye", new Uint8Array(0));
    hangUp();
  }

  /** Ends once everything written has gone out, at the latest after some seconds. */
  function hangUp(): void {
    over = true;
    clearTimeout(late);
    server?.close();
    const open = new Set([...sockets.values()].filter((socket) => !socket.closed));
    const end = (): void => {
      clearTimeout(timer);
      for (const socket of open) socket.destroy();
      parent.close();
    };
    const timer = setTimeout(end, open.size === 0 ? 0 : HANG_UP_MS);
    for (const socket of open) {
      socket.once("close", () => {
        open.delete(socket);
        if (open.size === 0) end();
      });
      socket.end();
    }
  }
}

function own({ values, length }: SumOrder): Uint8Array {
  return new Uint8Array(values, 0, 4 * length);
}

function send(socket: Socket, kind: GangFrame["kind"], bytes: Uint8Array): void {
  for (const part of writeFrame(kind, bytes)) {
    // A shared array is copied: sockets take none.
    socket.write(part.buffer instanceof SharedArrayBuffer ? Buffer.from(part) : part);
  }
}
