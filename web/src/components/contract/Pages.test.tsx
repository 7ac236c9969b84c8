import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Contract, Renewal } from "../../api/schema";
import { openApp } from "../../test/app";
import { answer } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";

afterEach(() => {
  vi.unstubAllGlobals();
});

const at = "2026-03-02T10:00:00Z";
const contract = {
  id: uuid(401), number: "C-000007", partnership_id: uuid(301), brand_id: uuid(1), brand_name: "Northwind", campaign_name: "Autumn", creator: { id: uuid(3), name: "Ada" }, term: 1, state: "executed",
  fee: { amount: 100_000, currency: "usd" }, text: "COLLABORATION AGREEMENT", text_sha256: "aa", paper_sha256: "bb", created_at: at, ends_at: "2100-01-01T10:00:00Z", notice_by: "2099-12-01T10:00:00Z",
  signatures: [
    { party: "brand", name: "Mara Voss", at, text_sha256: "aa", identity: "session", identity_address: "mara@northwind.example", consent: "I agree on behalf of the brand." },
    { party: "creator", name: "Ada", at, text_sha256: "cc", identity: "mailed_code", identity_address: "ada@creators.example", identity_at: at },
  ],
  amendments: [], clauses: [], terms: { deliverables: [], milestones: [], revision_rounds: 2, duration_days: 60, notice_days: 10 },
} as unknown as Contract;
const amendment = { ...contract, id: uuid(402), number: "C-000007-A1", state: "out_for_signature", amends: { id: uuid(401), number: "C-000007" }, paper_sha256: undefined, signatures: [], consent: "I agree." } as Contract;

it("gives the signed file of a contract, and says how each side was known", async () => {
  serveReviews({ roles: ["legal"], also: { [`/v1/contracts/${uuid(401)}`]: contract } });
  openApp(`/contracts/${uuid(401)}`);
  expect(await screen.findByRole("link", { name: "Signed PDF" })).toHaveAttribute("href", `/v1/contracts/${uuid(401)}/paper`);
  const signatures = within(screen.getByRole("region", { name: "Signatures" }));
  expect(signatures.getByText(/the account mara@northwind.example, signed in/)).toBeVisible();
  expect(signatures.getByText(/a link and a code mailed to ada@creators.example/)).toBeVisible();
  expect(signatures.getByText("“I agree on behalf of the brand.”")).toBeVisible();
  expect(signatures.getAllByText("Signed another text than the one shown here.")).toHaveLength(1);
  const dates = within(screen.getByRole("region", { name: "Dates and money" }));
  expect(dates.getByText("bb")).toBeVisible();
  expect(dates.getByText("Renewal by")).toBeVisible();
});

it("has no file of what both have not signed, and no date of what was ended", async () => {
  const ended = { ...contract, state: "terminated", paper_sha256: undefined };
  serveReviews({ roles: ["legal"], also: { [`/v1/contracts/${uuid(401)}`]: ended } });
  openApp(`/contracts/${uuid(401)}`);
  const dates = within(await screen.findByRole("region", { name: "Dates and money" }));
  expect(screen.queryByRole("link", { name: "Signed PDF" })).toBeNull();
  expect(dates.queryByText("Renewal by")).toBeNull();
  expect(dates.queryByText("PDF’s hash")).toBeNull();
});

it("gives the creator their file, and of an amendment that waits what comes of signing it or not", async () => {
  serveReviews({ also: { [`/v1/portal/contracts/${uuid(401)}`]: contract, [`/v1/portal/contracts/${uuid(402)}`]: amendment } });
  const signed = openApp(`/portal/contracts/${uuid(401)}`);
  expect(await screen.findByRole("link", { name: "Signed PDF with certificate" })).toHaveAttribute("href", `/v1/portal/contracts/${uuid(401)}/paper`);
  expect(screen.queryByRole("region", { name: "Sign" })).toBeNull();
  signed.unmount();

  openApp(`/portal/contracts/${uuid(402)}`);
  const sign = within(await screen.findByRole("region", { name: "Sign" }));
  expect(screen.getByText(/Until you have signed, everything goes on as it was agreed/)).toBeVisible();
  expect(screen.getByRole("link", { name: "contract C-000007" })).toHaveAttribute("href", `/portal/contracts/${uuid(401)}`);
  expect(screen.queryByRole("link", { name: /Signed PDF/ })).toBeNull();
  await userEvent.click(sign.getByRole("button", { name: "I do not want to sign" }));
  expect(sign.getByText("The amendment ends here. Everything goes on as it was agreed before.")).toBeVisible();
  await userEvent.click(sign.getByRole("button", { name: "Go back" }));
  expect(sign.getByRole("checkbox", { name: "I agree." })).not.toBeChecked();
});

it("says to the creator in words what an amendment lets go on", async () => {
  const longer = { ...amendment, extended: [{ kind: "rights_end", posts: ["Launch video", "Unboxing"], at: "2099-03-01T23:00:00Z", until: "2099-06-01T22:00:00Z" }, { kind: "exclusivity_end", posts: ["Unboxing"], at, until: at }] };
  serveReviews({ also: { [`/v1/portal/contracts/${uuid(402)}`]: longer } });
  openApp(`/portal/contracts/${uuid(402)}`);
  const section = within(await screen.findByRole("region", { name: "What goes on for longer" }));
  expect(section.getByText(/^Usage rights of “Launch video”, “Unboxing”: until .*Jun.* 2099.*, instead of .*Mar.* 2099/)).toBeVisible();
  expect(section.getByText(/^Exclusivity of “Unboxing”/)).toBeVisible();
});

it("says to the creator in words what an amendment changes while it waits", async () => {
  const waits = { ...amendment, extended: [{ kind: "rights_end", posts: ["Launch video"], at, until: at }], changes: [{ what: "Usage rights of “Launch video”", from: "until 1 May 2099 (CEST)", to: "until 1 June 2099 (CEST)" }] };
  serveReviews({ also: { [`/v1/portal/contracts/${uuid(402)}`]: waits } });
  openApp(`/portal/contracts/${uuid(402)}`);
  expect(await screen.findByRole("region", { name: "What changes" })).toHaveTextContent("Usage rights of “Launch video” until 1 June 2099 (CEST) instead of until 1 May 2099 (CEST)");
  expect(screen.queryByRole("region", { name: "What goes on for longer" })).toBeNull();
});

it("sends why an amendment is declined, and keeps the words when that is refused", async () => {
  const sent = serveReviews({ also: { [`/v1/portal/contracts/${uuid(402)}`]: amendment }, act: () => answer({ code: "contract_decided", title: "Conflict", detail: "This contract no longer waits for a signature." }, 409) });
  openApp(`/portal/contracts/${uuid(402)}`);
  await userEvent.click(await screen.findByRole("button", { name: "I do not want to sign" }));
  await userEvent.type(screen.getByRole("textbox", { name: /Message/ }), "Clause 4 is too long");
  await userEvent.click(screen.getByRole("button", { name: "Yes, do not sign" }));
  expect(await screen.findByText("This contract no longer waits for a signature.")).toBeVisible();
  expect(screen.getByRole("textbox", { name: /Message/ })).toHaveValue("Clause 4 is too long");
  expect(sent).toMatchObject([{ path: `/v1/portal/contracts/${uuid(402)}/signatures`, body: { decision: "decline", message: "Clause 4 is too long" } }]);
});

it("lists on the house's page of a contract until when each extended right goes on", async () => {
  const longer = { ...contract, extended: [{ kind: "rights_end", posts: ["Launch video"], at: "2099-03-01T23:00:00Z", until: "2099-06-01T22:00:00Z" }] };
  serveReviews({ roles: ["legal"], also: { [`/v1/contracts/${uuid(401)}`]: longer } });
  openApp(`/contracts/${uuid(401)}`);
  const section = within(await screen.findByRole("region", { name: "What goes on for longer" }));
  expect(section.getByText(/^Usage rights of “Launch video”: until .*Jun.* 2099.*, instead of .*Mar.* 2099/)).toBeVisible();
});

it("says to the creator what an option in their contract means for them", async () => {
  const given = { ...contract, terms: { ...contract.terms, renewal_option: { fee: 130_000, notice_days: 45 } } };
  serveReviews({ also: { [`/v1/portal/contracts/${uuid(401)}`]: given } });
  openApp(`/portal/contracts/${uuid(401)}`);
  expect(await screen.findByText(/If the brand tells you at the latest 45 days before the end, you make the same pieces in another term of the same length, for \$1,300\.00/)).toBeVisible();
});

it("says to the creator what option the contract has with an amendment, and what the amendment changes of it", async () => {
  const given = {
    ...amendment, terms: { ...amendment.terms, renewal_option: { fee: 150_000, notice_days: 40 } },
    changes: [{ what: "Option to renew", from: "another term for $1,300.00, at the latest 45 days before the end, until 3 May 2099", to: "another term for $1,500.00, at the latest 40 days before the end, until 8 May 2099" }],
  };
  serveReviews({ also: { [`/v1/portal/contracts/${uuid(402)}`]: given } });
  openApp(`/portal/contracts/${uuid(402)}`);
  expect(await screen.findByText(/If the brand tells you at the latest 40 days before the end, .* for \$1,500\.00\. What comes after that term is open\.$/)).toBeVisible();
  expect(screen.getByRole("region", { name: "What changes" })).toHaveTextContent(/another term for \$1,500\.00.*instead of another term for \$1,300\.00/);
});

it("says of a term that lapsed who decided it and why, and finds those that nobody decided", async () => {
  const renewal: Renewal = {
    partnership_id: uuid(301), brand_id: uuid(1), brand_name: "Northwind", campaign_id: uuid(2), campaign_name: "Autumn", creator: { id: uuid(3), name: "Ada" }, owner: { id: uuid(9), name: "Mara" },
    term: 1, state: "lapsed", contract_id: uuid(401), number: "C-000007", fee: { amount: 100_000, currency: "usd" }, ends_at: at, notice_by: at,
    lapse: { why: "decided", at, by: "Mara", reason: "Too dear", words: "Mara let it lapse." },
  };
  serveReviews({ roles: ["auditor"], also: { "/v1/renewals": { items: [renewal] } } });
  const app = openApp("/reports/lapsed");
  expect(await screen.findByText("Mara let it lapse.")).toBeVisible();
  expect(screen.getByText("Too dear")).toBeVisible();
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Why" }), "Nobody decided");
  await waitFor(() => expect(app.href()).toContain("why=no_decision"));
  expect(screen.getByRole("link", { name: /CSV/ })).toHaveAttribute("href", expect.stringContaining("why=no_decision"));
});

it("leads those who see the reports from the renewals to what has lapsed, and nobody else", async () => {
  serveReviews({ roles: ["auditor"] });
  const auditor = openApp("/contracts/renewals");
  expect(await screen.findByRole("link", { name: "Lapsed terms" })).toBeVisible();
  auditor.unmount();
  serveReviews({ roles: ["ops"] });
  openApp("/contracts/renewals");
  expect(await screen.findByText("No term runs now")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Lapsed terms" })).toBeNull();
});
