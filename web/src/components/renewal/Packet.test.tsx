import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Partnership, RenewalPacket } from "../../api/schema";
import { show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { Packet } from "./Packet";

afterEach(() => {
  vi.unstubAllGlobals();
});

const eur = (amount: number) => ({ amount, currency: "eur" });
const packet: RenewalPacket = {
  renewal: {
    partnership_id: uuid(301), brand_id: uuid(1), brand_name: "Northwind", campaign_id: uuid(2), campaign_name: "Autumn", creator: { id: uuid(3), name: "Ada" }, owner: { id: uuid(9), name: "Mara" },
    term: 1, state: "review_open", contract_id: uuid(401), number: "C-000007", fee: eur(100_000), ends_at: "2026-09-01T10:00:00Z", notice_by: "2026-08-01T10:00:00Z",
  },
  may_renew: { command: "renew", label: "Offer a renewal", allowed: true }, may_let_lapse: { command: "let_lapse", label: "Let it lapse", allowed: true },
  numbers: [{ metric: "views", value: 40_000, posts: 1, stood_at: "2026-07-01T10:00:00Z" }], posts: 2, posts_numbered: 1, pieces: 3, committed: eur(100_000), paid: eur(30_000), reversed: eur(0),
  drafts: { done: 3, late: 1 }, publications: { done: 0, late: 0 }, pieces_revised: 2, rounds: 3, rounds_included: 2, beyond: 0, replies: 4, complaints: 1,
  rights: [{ deliverable_id: uuid(901), title: "Launch video", posted_at: "2026-06-01T10:00:00Z", usage_until: "2026-12-01T10:00:00Z" }],
  terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 180, notice_days: 30 }, fee_from: "The fee of the present term.",
};
const partnership = {
  summary: { id: uuid(301), campaign_id: uuid(2), creator: { id: uuid(3), name: "Ada" } }, pay_checked: true, pay_problems: [], deliverables: [],
} as unknown as Partnership;
const path = `/v1/partnerships/${uuid(301)}`;

it("says what is known of a term, and of the rest that it is not known", async () => {
  serveReviews({ also: { [`${path}/renewal`]: packet } });
  await show(<Packet partnershipId={uuid(301)} />);
  const went = within(await screen.findByRole("region", { name: "How it went" }));
  expect(went.getByText("40,000")).toBeVisible();
  expect(went.getByText("2 of 3 on time")).toBeVisible();
  expect(went.getByText("; 1 came late, past the grace, or never")).toBeVisible();
  expect(went.getByText("Not known: nothing is published or late.")).toBeVisible();
  expect(went.getByText(/1.5 a piece/)).toBeVisible();
  const cost = within(screen.getByRole("region", { name: "What it costs" }));
  expect(cost.getByText("Not known: the views of 1 of 2 posts are entered.")).toBeVisible();
  expect(cost.queryByText("Taken back")).toBeNull();
  expect(within(screen.getByRole("region", { name: "Rights in use" })).getByText("No exclusivity")).toBeVisible();
});

it("offers the next term for the fee and on the terms of this one", async () => {
  const sent = serveReviews({ also: { [`${path}/renewal`]: packet, [path]: partnership } });
  await show(<Packet partnershipId={uuid(301)} />);
  await userEvent.click(await screen.findByRole("button", { name: "Offer a renewal" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Offer Ada another term" }, { timeout: 5000 }));
  await userEvent.click(await dialog.findByRole("button", { name: "Send offer" }));
  await waitFor(() => expect(sent).toEqual([expect.objectContaining({ path: `${path}/renewal`, body: { fee: eur(100_000) } })]));
});

it("lets a term lapse only with a reason", async () => {
  const sent = serveReviews({ also: { [`${path}/renewal`]: packet, [path]: partnership } });
  await show(<Packet partnershipId={uuid(301)} />);
  await userEvent.click(await screen.findByRole("button", { name: "Let it lapse" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Let it lapse" }, { timeout: 5000 }));
  expect(dialog.getByRole("textbox", { name: /Reason/ })).toBeRequired();
  await userEvent.type(dialog.getByRole("textbox", { name: /Reason/ }), "Too dear");
  await userEvent.click(dialog.getByRole("button", { name: "Let it lapse" }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ command: "let_lapse", reason: "Too dear" }]));
});

it("uses the option for the fee that it shows, and says what follows", async () => {
  const option = { fee: eur(130_000), ends_at: "2026-07-15T22:00:00Z", state: "open" as const };
  const given: RenewalPacket = { ...packet, renewal: { ...packet.renewal, state: "offered", option }, may_exercise_option: { command: "exercise_option", label: "Use the option", allowed: true } };
  const sent = serveReviews({ also: { [`${path}/renewal`]: given, [path]: partnership } });
  await show(<Packet partnershipId={uuid(301)} />);
  expect(await screen.findByText(/to be used until/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Use the option" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Use the option to renew" }, { timeout: 5000 }));
  expect(await dialog.findByText("€1,300.00")).toBeVisible();
  expect(dialog.getByText(/Ada has agreed to this by signing contract C-000007: another term of 180 days/)).toBeVisible();
  expect(dialog.getByText("The renewal offer that is out is withdrawn.")).toBeVisible();
  await userEvent.click(dialog.getByRole("button", { name: "Use the option" }));
  await waitFor(() => expect(sent).toEqual([expect.objectContaining({ path: `${path}/option`, body: { fee: eur(130_000) } })]));
});

it("keeps the option's dialog open where it is refused, and asks why conflicts may stand", async () => {
  const option = { fee: eur(130_000), ends_at: "2026-07-15T22:00:00Z", state: "open" as const };
  const given: RenewalPacket = { ...packet, renewal: { ...packet.renewal, option }, may_exercise_option: { command: "exercise_option", label: "Use the option", allowed: true } };
  const sent = serveReviews({
    also: { [`${path}/renewal`]: given },
    act: () => new Response(JSON.stringify({ status: 409, code: "conflict", title: "Conflict", detail: "An embargo stands in the way." }), { status: 409, headers: { "Content-Type": "application/problem+json" } }),
  });
  await show(<Packet partnershipId={uuid(301)} />);
  await userEvent.click(await screen.findByRole("button", { name: "Use the option" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Use the option to renew" }, { timeout: 5000 }));
  await userEvent.click(await dialog.findByRole("button", { name: "Use the option" }));
  expect(await dialog.findByText("An embargo stands in the way.")).toBeVisible();
  await userEvent.type(dialog.getByRole("textbox", { name: "Why its conflicts may stand" }), "Agreed");
  await userEvent.click(dialog.getByRole("button", { name: "Use the option" }));
  await waitFor(() => expect(sent.at(-1)?.body).toEqual({ fee: eur(130_000), override_reason: "Agreed" }));
});

it("says what became of an option, and has no button where the contract gives none", async () => {
  const used: RenewalPacket = {
    ...packet, renewal: { ...packet.renewal, state: "agreed", option: { fee: eur(130_000), ends_at: "2026-07-15T22:00:00Z", state: "exercised" } },
    may_exercise_option: { command: "exercise_option", label: "Use the option", allowed: false, reason: "The renewal is decided already." },
  };
  serveReviews({ also: { [`${path}/renewal`]: used } });
  const first = await show(<Packet partnershipId={uuid(301)} />);
  expect(await screen.findByText(/, used$/)).toBeVisible();
  expect(screen.getByRole("button", { name: /^Use the option/ })).toHaveAttribute("aria-disabled", "true");
  first.unmount();
  serveReviews({ also: { [`${path}/renewal`]: packet } });
  await show(<Packet partnershipId={uuid(301)} />);
  expect(await screen.findByRole("button", { name: "Offer a renewal" })).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Use the option/ })).toBeNull();
});

it("says where nothing can be renewed", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ status: 404, code: "not_found", title: "Not found" }), { status: 404, headers: { "Content-Type": "application/problem+json" } })));
  await show(<Packet partnershipId={uuid(301)} />);
  expect(await screen.findByText("No term of this partnership runs")).toBeVisible();
});
