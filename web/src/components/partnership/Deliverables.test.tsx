import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { openApp } from "../../test/app";
import { answer, show } from "../../test/render";
import { DeliverableBoard } from "./DeliverableBoard";
import Files from "./Files";

afterEach(() => {
  vi.unstubAllGlobals();
});

const piece = (n: number, more: object = {}) => ({
  id: `d${n}`, partnership_id: `p${n}`, title: `Reel ${n}`, kind: "reel", platform: "tiktok", state: "in_review", round: 1, late: false,
  creator: { id: `k${n}`, name: `Creator ${n}` }, campaign_name: "Spring", due_at: "2126-01-01T00:00:00Z", ...more,
});

function serve(answers: (path: string, query: URLSearchParams) => Response) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    asked.push(`${pathname}?${searchParams.toString()}`);
    return Promise.resolve(answers(pathname, searchParams));
  });
  return asked;
}

it("has a column for each state, says how late a piece is, and leads to the partnership at the piece", async () => {
  const asked = serve((_, query) => answer(query.get("state") === "in_review" ? { items: [piece(1), piece(2, { late: true, late_since: new Date(Date.now() - 3 * 86_400_000 - 60_000).toISOString() })], next_cursor: "more" } : { items: [] }));
  await show(<DeliverableBoard filter={{ owner_id: "o", sort: "creator" }} states={["in_review", "posted"]} />, "/partnerships/deliverables?as=board&owner=o");
  const review = within(screen.getByRole("region", { name: "In review" }));
  expect(await review.findByText("2+")).toBeInTheDocument();
  expect(review.getByRole("link", { name: "Reel 1" })).toHaveAttribute("href", "/partnerships/p1#piece-d1");
  expect(review.getByText("3 days")).toBeInTheDocument();
  const rest = review.getByRole("link", { name: "All of them, as a list" }).getAttribute("href") ?? "";
  expect(new URLSearchParams(rest.split("?")[1]).get("state")).toBe('["in_review"]');
  expect(await within(screen.getByRole("region", { name: "Posted" })).findByText("None here")).toBeInTheDocument();
  expect(asked.every((one) => one.includes("owner_id=o") && one.includes("limit=20") && !one.includes("sort"))).toBe(true);
});

it("shows the columns that came when one does not, and asks again for that one", async () => {
  let broken = true;
  serve((_, query) => (query.get("state") === "posted" && broken ? answer({ title: "Unavailable", detail: "Later", code: "unavailable" }, 503) : answer({ items: [piece(query.get("state") === "posted" ? 2 : 1)] })));
  await show(<DeliverableBoard filter={{}} states={["in_review", "posted"]} />);
  expect(await screen.findByRole("link", { name: "Reel 1" })).toBeInTheDocument();
  const again = await within(screen.getByRole("region", { name: "Posted" })).findByRole("button", { name: "Try again" });
  broken = false;
  await userEvent.click(again);
  expect(await screen.findByRole("link", { name: "Reel 2" })).toBeInTheDocument();
});

const file = (n: number, more: object = {}) => ({ key: `contract/${n}`, kind: "contract", name: `C-${n}.pdf`, at: "2026-01-01T00:00:00Z", path: `/v1/contracts/c${n}/paper`, ...more });

it("lists files where they are fetched, with what they are, and more on a press", async () => {
  serve((_, query) => answer(query.get("cursor") ? { items: [file(2, { kind: "remittance", about: "On approval" })] } : { items: [file(1, { size: 2048, by: "Mia Lens" })], next_cursor: "more" }));
  await show(<Files partnershipId="p" />);
  const link = await screen.findByRole("link", { name: "Download C-1.pdf, Signed contract with its certificate" });
  expect(link).toHaveAttribute("href", "/v1/contracts/c1/paper");
  expect(link.closest("li")).toHaveTextContent("2 kB");
  expect(link.closest("li")).toHaveTextContent("Mia Lens");
  await userEvent.click(screen.getByRole("button", { name: "Show earlier" }));
  expect(await screen.findByText("Remittance advice: On approval")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Show earlier" })).toBeNull();
});

it("says what files will come, and when they cannot be read", async () => {
  let broken = true;
  serve(() => (broken ? answer({ title: "Unavailable", detail: "Later", code: "unavailable" }, 503) : answer({ items: [] })));
  await show(<Files partnershipId="p" />);
  const again = await screen.findByRole("button", { name: "Try again" });
  broken = false;
  await userEvent.click(again);
  expect(await screen.findByText(/Signed contracts, what the creator hands in/)).toBeInTheDocument();
});

it("is a list of what is open, narrowed by its address, and exports and shows in the calendar just that", async () => {
  const owner = "01990000-0000-7000-8000-000000000009";
  const asked = serve((path) => {
    if (path === "/v1/session") return answer({ user_id: "u", name: "Ola", email: "o@x.example", brands: [{ brand_id: "b", brand_name: "Northlight", roles: ["ops"] }], day_seconds: 86400 });
    if (path === "/v1/deliverables") return answer({ items: [piece(1, { late: true, late_since: new Date(Date.now() - 2 * 86_400_000 - 60_000).toISOString() }), piece(2)] });
    return answer({ items: [] });
  });
  openApp(`/partnerships/deliverables?owner=${owner}&late=true&sort=creator`);
  const table = within(await screen.findByRole("table", { name: "Deliverables" }));
  expect(table.getByRole("link", { name: "Reel 1" })).toHaveAttribute("href", "/partnerships/p1#piece-d1");
  expect(table.getByText("2 days")).toBeInTheDocument();
  const list = () => asked.filter((one) => one.startsWith("/v1/deliverables?"));
  expect(list().at(-1)).toMatch(/state=planned.*state=late.*owner_id=.*late=true.*sort=creator/);
  expect(list().at(-1)).not.toContain("accepted");
  const file = new URL(screen.getByRole("link", { name: "Export CSV" }).getAttribute("href") ?? "", "http://x");
  expect([file.pathname, file.searchParams.get("owner_id"), file.searchParams.get("late"), file.searchParams.get("sort"), file.searchParams.getAll("state")]).toEqual(
    ["/v1/deliverables/export", owner, "true", "creator", new URL(list().at(-1) ?? "", "http://x").searchParams.getAll("state")]);
  const narrowed = screen.getAllByRole("link", { name: "Calendar" }).map((link) => link.getAttribute("href"));
  expect(narrowed.some((href) => href?.includes(owner))).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Open, show all deliverables" }));
  await waitFor(() => expect(list().at(-1)).not.toContain("state="));
});

it("says what will stand there, and leads out of filters that nothing fits", async () => {
  serve((path) => (path === "/v1/session" ? answer({ user_id: "u", name: "Ola", email: "o@x.example", brands: [{ brand_id: "b", brand_name: "Northlight", roles: ["guest"] }], day_seconds: 86400 }) : answer({ items: [] })));
  openApp("/partnerships/deliverables?q=zzz");
  await userEvent.click(await screen.findByRole("button", { name: "Clear the filters" }));
  expect(await screen.findByText("No content is owed now")).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "Export CSV" })).toBeNull();
});
