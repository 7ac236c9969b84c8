import { execFileSync } from "node:child_process";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Cookie } from "@playwright/test";

import type { Role, Session } from "../src/api/schema";

// What the setup found out, passed on to the tests' processes in the environment.
interface World {
  url: string;
  control: string;
  dir: string;
  /** The database, as its owner; empty for an installation that was started by somebody else. */
  database: string;
  /** Distinguishes the creators and campaigns of this run from those of an earlier one. */
  run: string;
  cookies: Record<string, string>;
}

const key = "RAPPORT_BROWSER_WORLD";

export const leave = (world: World): void => void (process.env[key] = JSON.stringify(world));

/** The installation that the tests run against. */
export function world(): World {
  return JSON.parse(process.env[key] ?? "{}") as World;
}

/** People of the house: one for each role, and a second approver. */
export type Person = Role | "second_approver";

const domain = "northlight.example";

/** How a person signs in. `rapport dev` makes one for each role with these words. */
export function credentials(person: Person): { email: string; password: string } {
  const word = person.replaceAll("_", "-");
  return { email: `${word}@${domain}`, password: `rapport-demo-${word}` };
}

const finance = ["finance_preparer", "finance_releaser"];

/** What the authenticator of a person of finance shows so many half minutes from now (RFC 6238). `rapport dev` gives everybody theirs. */
export function codeOf(person: Person, halfMinutes = 0): string {
  const secret = createHash("sha256").update(`rapport-demo-authenticator ${credentials(person).email}`).digest().subarray(0, 20);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + halfMinutes));
  const mac = createHmac("sha1", secret).update(step).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Lets the person's newest proof be six minutes old, as it is for whoever comes back to the page. Gives whether it could. */
export function ageProof(person: Person): boolean {
  const { database } = world();
  if (database === "") return false;
  execFileSync("psql", [database, "-v", "ON_ERROR_STOP=1", "-v", `email=${credentials(person).email}`, "-q"], {
    input: `with old as (insert into step_ups (id, user_id, factor_id, method, at)
        select gen_random_uuid(), user_id, f.id, 'recovery_code', now() - interval '6 minutes' from second_factors f join users u on u.id = f.user_id where u.email = :'email' returning id, user_id)
      update sessions s set step_up_id = old.id from old where s.user_id = old.user_id;`,
  });
  return true;
}

/** Asks the API, without a browser. Answers with the body, anything but a yes is an error. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what the contract promises
export async function ask<T>(url: string, { cookie, method = "GET", body, headers = {} }: { cookie?: string; method?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<{ body: T; headers: Headers }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(cookie && { Cookie: `__Host-rapport=${cookie}` }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...(method === "POST" && { "Idempotency-Key": randomUUID() }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return { body: (text === "" ? undefined : JSON.parse(text)) as T, headers: response.headers };
}

/** Signs in and gives the session's cookie. */
export async function signIn(url: string, person: Person): Promise<{ cookie: string; session: Session }> {
  // The code before the one that is shown still opens; the one that is shown is left to the tests.
  const code = finance.includes(person) ? { code: codeOf(person, -1) } : {};
  const { body, headers } = await ask<Session>(`${url}/v1/session`, { method: "POST", body: { ...credentials(person), ...code } });
  const cookie = /__Host-rapport=([^;]+)/.exec(headers.getSetCookie().join("\n"))?.[1];
  if (!cookie) throw new Error("the sign-in set no cookie");
  return { cookie, session: body };
}

/** Asks the API of the installation as one of its people. */
export async function as<T>(person: Person, path: string, rest: { method?: string; body?: unknown } = {}): Promise<T> {
  const { url, cookies } = world();
  return (await ask<T>(url + path, { cookie: cookies[person], ...rest })).body;
}

/** The session of a person as a browser keeps it. */
export function cookieOf(person: Person): Cookie {
  const { url, cookies } = world();
  return {
    name: "__Host-rapport", value: cookies[person] ?? "", domain: new URL(url).hostname, path: "/", expires: -1, httpOnly: true, secure: true, sameSite: "Lax",
  };
}

/** A mail as the outside world got it. */
export interface Mail {
  id: string;
  subject: string;
  text: string;
  links: string[] | null;
  reply_to?: string;
}

/** What was mailed to an address, the oldest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  return (await ask<{ mails: Mail[] }>(`${world().control}/control/mail?to=${encodeURIComponent(address)}`)).body.mails;
}

/** Something in the world outside: a mail is answered, a post is published. */
export async function outside(method: "POST" | "PUT", path: string, body: unknown): Promise<{ url?: string }> {
  return (await ask<{ url?: string }>(`${world().control}/control${path}`, { method, body })).body;
}

/** Kills the worker in the middle of whatever it does. Its supervisor starts it again. */
export function killWorker(): void {
  const { dir } = world();
  if (dir === "") return; // somebody else's processes are not ours to kill
  const [pid] = readFileSync(join(dir, "run", "worker.pid"), "utf8").trim().split(/\s+/);
  process.kill(Number(pid), "SIGKILL");
}
