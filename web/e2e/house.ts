import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Cookie } from "@playwright/test";

import type { Role, Session } from "../src/api/schema";

// What the setup found out, passed on to the tests' processes in the environment.
interface World {
  url: string;
  control: string;
  dir: string;
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
  const { body, headers } = await ask<Session>(`${url}/v1/session`, { method: "POST", body: credentials(person) });
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
