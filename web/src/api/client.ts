import createClient from "openapi-fetch";

import { Problem } from "./problem";
import type { paths, Pending } from "./schema";

/** The generated client: every path, parameter and answer comes from the contract. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // Sentences with a moment in them come in the reader's time.
  headers: { "Time-Zone": Intl.DateTimeFormat().resolvedOptions().timeZone },
  // Looked up at each call, so that whoever wraps fetch later is heard.
  fetch: (request) => globalThis.fetch(request),
});

interface Reply<T> { data?: T; error?: unknown; response: Response }

async function settle<T>(request: Promise<Reply<T>>): Promise<Reply<T>> {
  let reply: Reply<T>;
  try {
    reply = await request;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw Problem.offline();
  }
  if (!reply.response.ok) throw Problem.from(reply.response, reply.error);
  return reply;
}

/** The body of an answer; anything but a success is thrown as a Problem. */
export async function body<T>(request: Promise<Reply<T>>): Promise<T> {
  return (await settle(request)).data as T;
}

/** A body together with the tag that an edit must send back in `If-Match`. */
export interface Tagged<T> {
  data: T;
  etag: string | undefined;
}

/** Like body, and keeps the ETag, for pages that edit what they read. */
export async function tagged<T>(request: Promise<Reply<T>>): Promise<Tagged<T>> {
  const reply = await settle(request);
  return { data: reply.data as T, etag: reply.response.headers.get("ETag") ?? undefined };
}

/** Whether a command was taken but its verdict did not come in time (202). */
export function isPending(answer: unknown): answer is Pending {
  return typeof answer === "object" && answer !== null && "status" in answer && answer.status === "pending";
}

/** A form with a file; the generated types call the file a string, so the form itself is handed through. */
export function form(fields: Record<string, string | Blob | undefined>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) data.append(name, value);
  }
  return data;
}
