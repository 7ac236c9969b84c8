import { vi } from "vitest";

import type { Comment, Review, ReviewSummary, Role, Submission } from "../api/schema";
import { answer } from "./render";
import { colleague, me, uuid } from "./threads";

const brand = uuid(1);
export const at = "2026-03-02T10:00:00Z";

export function summary(n: number, rest: Partial<ReviewSummary> = {}): ReviewSummary {
  return {
    id: uuid(700 + n), partnership_id: uuid(301), brand_id: brand, creator: { id: uuid(200 + n), name: `Creator ${n}` }, campaign_name: "Autumn", deliverable_title: `Reel ${n}`,
    version: 1, round: 1, state: "open", stage: 0, stage_name: "Brand", due_at: at, mine: true, created_at: at, warnings: 0, ...rest,
  };
}

export function submission(n: number, rest: Partial<Submission> = {}): Submission {
  return { id: uuid(800 + n), deliverable_id: uuid(900), version: 1, state: "in_review", caption: "Go 🏔️ with us #ad", checks: [], created_at: at, ...rest };
}

const decisions = [["approve", "Approve"], ["approve_with_corrections", "Approve with corrections"], ["request_changes", "Request changes"], ["reject", "Reject"]];

export function review(n: number, { summary: head = {}, submission: version = {}, ...rest }: { summary?: Partial<ReviewSummary>; submission?: Partial<Submission> } & Partial<Omit<Review, "summary" | "submission">> = {}): Review {
  return {
    summary: summary(n, head), submission: submission(n, version),
    deliverable: { id: uuid(900), partnership_id: uuid(301), title: `Reel ${n}`, platform: "instagram", kind: "reel", state: "in_review", round: 1, late: false, submission_id: uuid(800 + n) },
    brief: "", stages: [{ index: 0, name: "Brand", state: "open", rule: "One approval is enough", approvers: [me, colleague], escalated: false, opened_at: at, due_at: at, decisions: [] }],
    policy_name: "Usual", on_silence: "If nobody decides, the review is held and an admin gets a task.",
    commands: decisions.map(([command, label]) => ({ command: command ?? "", label: label ?? "", allowed: true })), seq: 1, corrections: [], ...rest,
  };
}

export function comment(n: number, rest: Partial<Comment> = {}): Comment {
  return { id: uuid(950 + n), submission_id: uuid(801), version: 1, author: "Sven Holm", author_kind: "house", internal: true, text: `Words ${n}`, created_at: at, ...rest };
}

interface Serves {
  roles?: Role[];
  reviews?: Review[];
  comments?: Comment[];
  file?: Blob;
  /** Other answers by path. */
  also?: Record<string, unknown>;
  /** What acting steps are answered with; undefined means an empty answer. */
  act?: (method: string, path: string, body: unknown) => Response | undefined;
}

/** Answers as the API does about reviews, and tells what was sent, with which key. */
export function serveReviews({ roles = ["approver"], reviews = [], comments = [], file, also = {}, act }: Serves) {
  const sent: { path: string; body: unknown; key: string | null }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    if (request.method !== "GET") {
      const text = await request.text();
      const body: unknown = text ? JSON.parse(text) : undefined;
      sent.push({ path, body, key: request.headers.get("Idempotency-Key") });
      return act?.(request.method, path, body) ?? answer({});
    }
    if (path in also) return answer(also[path]);
    if (path === "/v1/session") return answer({ user_id: me.id, name: me.name, email: "mara@northwind.example", brands: [{ brand_id: brand, brand_name: "Northwind", roles }] });
    if (path === "/v1/users") return answer({ items: [me, colleague].map((user) => ({ ...user, disabled: false, brands: [{ brand_id: brand, roles: ["approver"] }] })) });
    if (path === "/v1/overview") return answer({ replies_new: 0, reviews_mine: 1, payouts_to_approve: 0, tasks: [], stages: [] });
    if (path === "/v1/reviews") return answer({ items: reviews.map(({ summary: head }) => head) });
    if (path.endsWith("/comments")) return answer({ items: comments });
    if (path.endsWith("/file")) return new Response(file ?? new Blob(["x"]));
    const found = reviews.find(({ summary: { id } }) => path === `/v1/reviews/${id}`);
    if (path.startsWith("/v1/reviews/") && path.split("/").length === 4) return found ? answer(found) : answer({ title: "This does not exist", code: "not_found" }, 404);
    return answer({ items: [] });
  });
  return sent;
}
