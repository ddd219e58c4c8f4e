/** A PostgreSQL server for tests: PGlite behind a socket, one client at a time, which can break off on demand. */
import { createServer, type Server, type Socket } from "node:net";
import { PGlite } from "@electric-sql/pglite";

/** A running server. */
export interface TestPostgres {
  /** Its address, with a password in it. */
  readonly url: string;
  /** Runs statements. */
  exec(sql: string): Promise<void>;
  /** Breaks the next connections off after so many bytes to the client. */
  breakOff(times: number, afterBytes: number): void;
  /** Calls back before a statement that holds a text is run; the callback gets a way to run others. */
  before(text: string, act: (exec: (sql: string) => Promise<unknown>) => Promise<unknown>): void;
  close(): Promise<void>;
}

/** The password in the addresses of test servers. */
export const PASSWORD = "s3cr%t/pw";

/** Starts a server. */
export async function startPostgres(): Promise<TestPostgres> {
  const db = await PGlite.create();
  const breaks = { times: 0, afterBytes: 0 };
  const hooks: { text: string; act: (exec: (sql: string) => Promise<unknown>) => unknown }[] = [];
  let chain: Promise<unknown> = Promise.resolve();
  const server: Server = createServer((socket) => {
    const breaking = breaks.times > 0;
    if (breaking) breaks.times--;
    let sent = 0;
    const send = (bytes: Uint8Array): void => {
      sent += bytes.length;
      if (breaking && sent > breaks.afterBytes) {
        socket.write(bytes.subarray(0, bytes.length >> 1), () => socket.destroy());
      } else socket.write(bytes);
    };
    const run = async (message: Buffer): Promise<void> => {
      const hook = hooks.findIndex(({ text }) => message.includes(text));
      if (hook >= 0) await hooks.splice(hook, 1)[0]!.act((sql) => db.exec(sql));
      send(await db.execProtocolRaw(Uint8Array.from(message)));
    };
    readMessages(socket, (message) => {
      chain = chain.then(() => run(message)).catch(() => socket.destroy());
    });
    // A client that went away in the middle leaves a transaction behind.
    socket.on("close", () => {
      chain = chain.then(() => db.exec("ROLLBACK")).catch(() => {});
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    exec: async (sql) => {
      await chain;
      await db.exec("ROLLBACK");
      await db.exec(sql);
    },
    breakOff: (times, afterBytes) => Object.assign(breaks, { times, afterBytes }),
    before: (text, act) => hooks.push({ text, act }),
    close: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await chain;
      await db.close();
    },
  };
}

/** Cuts the client's bytes into messages; asks for no encryption. */
function readMessages(socket: Socket, take: (message: Buffer) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  let started = false;
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    for (;;) {
      const head = started ? 1 : 0;
      if (bytes.length < head + 4) return;
      const size = bytes.readInt32BE(head) + head;
      if (bytes.length < size) return;
      const message = bytes.subarray(0, size);
      bytes = bytes.subarray(size);
      if (!started && message.readInt32BE(4) === 80877103) {
        socket.write("N");
        continue;
      }
      if (started && message[0] === 0x58) {
        socket.end();
        return;
      }
      started = true;
      take(message);
    }
  });
}
