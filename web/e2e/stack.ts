import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** A running installation: where its pages are, where the outside world is scripted, and where its state lies. */
export interface Stack {
  url: string;
  control: string;
  /** Folder of its state; empty for one that was started by somebody else. */
  dir: string;
  /** Its database, as the owner; empty likewise. */
  database: string;
  stop: () => Promise<void>;
}

const startMs = 180_000;
const stopMs = 90_000;

// Settings of whoever runs the tests must not lead them to another database, server or account.
const foreign = /^(DATABASE_URL|RAPPORT_|TEMPORAL_|STRIPE_|SENDGRID_)/;

async function freePorts(count: number): Promise<string[]> {
  // All are held at the same time, so that no two are the same.
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((done, failed) => {
      const server = createServer().once("error", failed);
      server.listen(0, "127.0.0.1", () => done(server));
    })),
  );
  const ports = servers.map((server) => String((server.address() as AddressInfo).port));
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Starts `rapport dev` in a folder of its own, on free ports, and waits until it serves. */
export async function start(): Promise<Stack> {
  const program = process.env.RAPPORT_BIN ?? resolve("../bin/rapport");
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`make build\``);
  const flags = ["http", "metrics", "postgres", "temporal", "temporal-ui", "sandbox", "sandbox-control"];
  const ports = await freePorts(flags.length);
  const at = (flag: string) => `http://127.0.0.1:${ports[flags.indexOf(flag)] ?? ""}`;
  const base = mkdtempSync(join(tmpdir(), "rapport-browser-"));
  // PostgreSQL runs as another user when root starts it, and must pass through.
  chmodSync(base, 0o711);
  const dir = join(base, "state");
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const child = spawn(program, ["dev", "--dir", dir, ...flags.flatMap((flag, n) => [`--${flag}-port`, ports[n] ?? ""])], {
    // A session of its own: a Ctrl-C at the terminal reaches it through stop() only, once.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...env, RAPPORT_SANDBOX_PACE: "5s" },
  });
  const stop = async () => {
    await end(child);
    if (existsSync(join(dir, "logs"))) cpSync(join(dir, "logs"), resolve("../test-results/browser-logs"), { recursive: true });
    rmSync(base, { recursive: true, force: true });
  };
  try {
    await serving(child);
  } catch (error) {
    await stop();
    throw error;
  }
  const { owner_password } = JSON.parse(readFileSync(join(dir, "secrets.json"), "utf8")) as { owner_password: string };
  const database = `postgres://rapport_owner:${owner_password}@127.0.0.1:${ports[flags.indexOf("postgres")] ?? ""}/rapport`;
  return { url: at("http"), control: at("sandbox-control"), dir, database, stop };
}

/** Waits until the program says that everything runs. */
function serving(child: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = "";
    const late = setTimeout(() => failed(new Error(`rapport dev is not ready after ${startMs / 1000} s:\n${said}`)), startMs);
    const hear = (text: Buffer) => {
      said += text.toString();
      if (!said.includes("Rapport runs.")) return;
      clearTimeout(late);
      done();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", failed);
    child.once("exit", (code) => {
      clearTimeout(late);
      failed(new Error(`rapport dev ended with ${code}:\n${said}`));
    });
  });
}

/** Asks the program to stop everything in order, and makes it after a while. */
function end(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    const late = setTimeout(() => child.kill("SIGKILL"), stopMs);
    child.once("exit", () => {
      clearTimeout(late);
      done();
    });
    child.kill("SIGINT");
  });
}
