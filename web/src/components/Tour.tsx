import { Button, CloseButton, Group, Paper } from "@mantine/core";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";

import type { Role, Session } from "../api/schema";
import { hasRole, useSession } from "../lib/session";
import { tour } from "../lib/tour";

interface Step {
  to: string;
  title: string;
  says: string;
}

const keys: Step = { to: "/", title: "Keys, and this tour again", says: "Press ? on any page for its keys, and Ctrl K or ⌘ K to search or jump anywhere. Your menu, at the top right, has this tour." };
const home: Step = { to: "/", title: "Home: what needs you", says: "What waits for you, by due time, with what happens if nobody acts. Open one, do it, and it leaves the list." };
const partnerships: Step = { to: "/partnerships", title: "Partnerships: where each stands", says: "One creator in one campaign is a partnership. Its page always says what comes next and when, and who is waited for." };
const campaigns: Step = { to: "/campaigns", title: "Campaigns: where it begins", says: "A campaign has a budget, terms and who approves. Start partnerships in it, one or a hundred; the first mail goes out by itself." };
const calendar: Step = { to: "/calendar", title: "Calendar: what stands in the way", says: "What is due and when it is published. Conflicts stand on top: move a date, or let one stand with a reason." };
const notifications: Step = { to: "/settings/notifications", title: "Notifications: how you are told", says: "At once, once a day, or not at all, and no mail at night. The bell at the top has everything." };

/** What somebody of a role does first, in the order in which a day goes. Whoever has several roles sees the first that they have here. */
const steps: [Role[], Step[]][] = [
  [["ops", "admin"], [
    home,
    { to: "/inbox", title: "Inbox: what creators wrote", says: "The box “Waiting” has whoever waits for an answer, and until when. An answer stops the follow-ups by itself." },
    partnerships, campaigns, calendar, keys,
  ]],
  [["finance_preparer", "finance_releaser"], [
    home,
    { to: "/payouts", title: "Payments: what is owed", says: "By due date, with what each waits for. Two people approve each payment; its page has every attempt, the books, and a PDF for the creator." },
    { to: "/payouts/batch", title: "Approve together", says: "Many payments at once, with one code. Each still needs the other person." },
    { to: "/reconciliation", title: "Reconciliation: where books and Stripe differ", says: "A difference has an owner until somebody says why. While the books are not compared, no money moves." },
    { to: "/reports", title: "Reports: for books and auditors", says: "Statements, years, journals and the whole history, each as a file." },
    keys,
  ]],
  [["approver", "legal"], [
    home,
    { to: "/reviews", title: "Reviews: what you decide", says: "Drafts by due time, with what happens if nobody decides. o opens one, a approves, r asks for changes." },
    { to: "/contracts", title: "Contracts: what was agreed", says: "Every contract with its text, signatures and amendments, found by its words." },
    { to: "/settings/delegations", title: "Standing in: when you are away", says: "Somebody decides for you between two days. What they decide says so." },
    notifications, keys,
  ]],
  [["auditor"], [
    { to: "/reports/history", title: "History: who did what", says: "Everything that was done and why, as it happened. Nothing of it is ever changed." },
    { to: "/payouts", title: "Payments: who approved what", says: "Each payment has who approved it, every attempt with its key, and the lines of the books." },
    { to: "/reconciliation", title: "Reconciliation", says: "Each comparison of the books with Stripe, and each difference with its reason." },
    { to: "/reports/books", title: "Books", says: "The books as journals for other programs, and as a pack that is checked without Rapport." },
    keys,
  ]],
  [["guest"], [{ ...home, title: "Home: how campaigns go", says: "How far the partnerships are, whether drafts come in time, and what of the budget is used." }, partnerships, campaigns, calendar, keys]],
];

const stepsOf = (session: Session | undefined) => steps.find(([roles]) => hasRole(session, roles))?.[1] ?? [home, keys];

/** Leads through the places of the person's role, beside the pages and not over them, so that one may try what it says. */
export default function Tour() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const list = stepsOf(useSession());
  const [at, setAt] = useState(0);
  const title = useRef<HTMLHeadingElement>(null);
  const before = useRef(document.activeElement);
  const [titleId, saysId] = [useId(), useId()];
  const step = list[at] ?? keys;

  const end = () => {
    tour.end();
    const back = before.current;
    if (back instanceof HTMLElement && back.isConnected) back.focus();
    else document.getElementById("main")?.focus({ preventScroll: true });
  };
  const show = (next: number) => {
    setAt(next);
    void navigate({ to: list[next]?.to });
  };

  useEffect(() => void navigate({ to: list[0]?.to }), []); // eslint-disable-line react-hooks/exhaustive-deps -- only where it starts

  // The frame moves the focus to a new page; those who hear pages shall hear the step first.
  useEffect(() => {
    const frame = requestAnimationFrame(() => title.current?.focus({ preventScroll: true }));
    return () => cancelAnimationFrame(frame);
  }, [at, pathname]);

  const latest = useRef(end);
  useEffect(() => {
    latest.current = end;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || document.querySelector("[role=dialog][aria-modal=true], :popover-open")) return;
      event.stopPropagation();
      latest.current();
    };
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, []);

  return (
    <Paper
      role="dialog"
      aria-labelledby={titleId}
      aria-describedby={saysId}
      withBorder
      p="md"
      shadow="md"
      style={{ position: "fixed", zIndex: 150, right: 16, bottom: "calc(var(--bar-bottom, 0px) + 16px)", width: "min(360px, calc(100vw - 32px))", maxHeight: "60dvh", overflowY: "auto" }}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <h2 id={titleId} ref={title} tabIndex={-1} style={{ margin: 0, fontSize: "var(--mantine-font-size-md)", outline: "none" }}>{step.title}</h2>
        <CloseButton aria-label="End the tour" onClick={end} />
      </Group>
      <p id={saysId} style={{ margin: "4px 0 12px" }}>{step.says}</p>
      <Group justify="space-between">
        <span className="soft">{at + 1} of {list.length}</span>
        <Group gap="xs">
          {at > 0 && <Button size="xs" variant="default" onClick={() => show(at - 1)}>Back</Button>}
          {at < list.length - 1 ? <Button size="xs" onClick={() => show(at + 1)}>Next</Button> : <Button size="xs" onClick={end}>Done</Button>}
        </Group>
      </Group>
    </Paper>
  );
}
