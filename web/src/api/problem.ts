import { language } from "../lib/language";
import type { FieldError } from "./schema";

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  errors?: FieldError[];
  state?: string;
  decided_by?: string;
  decided_at?: string;
  request_id?: string;
}

const fallbackTitles: Record<number, string> = {
  401: "You are signed out",
  403: "You may not do this",
  404: "This does not exist",
  409: "Its state does not allow this now",
  412: "Somebody else changed this meanwhile",
  413: "This is too large",
  429: "Too many requests",
  503: "Part of the system does not answer",
};

const fallbackDetails: Record<number, string> = {
  401: "Nothing was changed. Sign in again to go on.",
  403: "Nothing was changed. Ask an admin of the brand for the role it needs.",
  404: "It was removed, or it belongs to a brand that you cannot see.",
  412: "Nothing of yours was saved. Load the newest version, then make your change again.",
  429: "Nothing was changed. Wait a moment, then try again.",
  503: "Nothing was lost. Try again in a moment.",
};

/** What the API says went wrong (RFC 9457), or that it could not be reached. Safe to show to people. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fields: FieldError[];
  readonly state: string | undefined;
  readonly decidedBy: string | undefined;
  readonly decidedAt: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, body: ProblemBody) {
    const code = body.code ?? "unknown";
    const words = language().problem?.(status, code);
    const title = words?.title ?? (body.title || fallbackTitles[status] || "Something went wrong on our side");
    super(title);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = words?.detail ?? (body.detail || fallbackDetails[status] || "We do not know whether it was kept. Load the page again to see.");
    this.fields = (body.errors ?? []).map((bad) => (words ? { ...bad, detail: words.field(bad.field, bad.code) } : bad));
    this.state = body.state;
    this.decidedBy = body.decided_by;
    this.decidedAt = body.decided_at;
    this.requestId = body.request_id;
  }

  static from(response: Response, body: unknown): Problem {
    return new Problem(response.status, typeof body === "object" && body !== null ? (body) : {});
  }

  static offline(): Problem {
    return new Problem(0, {
      code: "offline",
      title: "The server cannot be reached",
      detail: "We do not know whether your last step arrived. Trying again is safe: the same step is never done twice.",
    });
  }

  /** Whether the step may have been taken although no answer came; the same key is used to ask again. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  /** Messages by form field: `terms.milestones[1].percent` becomes `terms.milestones.1.percent`. */
  get byField(): Record<string, string> {
    const messages: Record<string, string> = {};
    for (const { field, detail } of this.fields) {
      messages[field.replace(/\[(\d+)\]/g, ".$1")] ??= detail;
    }
    return messages;
  }
}

/** Any thrown value as a Problem, so that pages know one kind of error. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(500, {});
}
