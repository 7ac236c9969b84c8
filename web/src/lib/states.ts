import {
  IconAlertTriangle, IconArchive, IconBan, IconBolt, IconCalendarDue, IconCheck, IconChecks, IconCircle, IconCircleDashed,
  IconClock, IconEye, IconFileText, IconHandStop, IconHelp, IconHourglass, IconMail, IconMessages, IconPencil, IconPlayerPause,
  IconRefresh, IconRotate, IconScale, IconSend, IconSignature, IconUserExclamation, IconX, type TablerIcon,
} from "@tabler/icons-react";

import type { Tone } from "../theme/tokens";

/** How a state looks and is said: a word, an icon and a tone, always all three. */
export interface StateLook {
  word: string;
  icon: TablerIcon;
  tone: Tone;
}

const look = (word: string, tone: Tone, icon: TablerIcon): StateLook => ({ word, tone, icon });

/** Stages of a partnership in the order of its path. */
export const stages = {
  prospect: look("Prospect", "idle", IconCircleDashed),
  outreach: look("Outreach", "progress", IconMail),
  in_conversation: look("In conversation", "progress", IconMessages),
  negotiating: look("Negotiating", "progress", IconScale),
  contract_out: look("Contract out", "progress", IconSignature),
  active: look("Active", "progress", IconBolt),
  wrapping_up: look("Wrapping up", "progress", IconHourglass),
  completed: look("Completed", "done", IconChecks),
  lapsed: look("Lapsed", "idle", IconArchive),
  unresponsive: look("Unresponsive", "idle", IconClock),
  declined: look("Declined", "idle", IconX),
  terminated: look("Terminated", "danger", IconBan),
  banned: look("Banned", "danger", IconHandStop),
} satisfies Record<string, StateLook>;

const payout = {
  scheduled: look("Scheduled", "idle", IconCalendarDue),
  awaiting_approval: look("To approve", "attention", IconUserExclamation),
  approved: look("Approved", "progress", IconCheck),
  awaiting_payee: look("Waiting for bank details", "attention", IconHourglass),
  awaiting_funds: look("Waiting for funds", "attention", IconHourglass),
  submitted: look("In flight", "progress", IconSend),
  unknown: look("Unknown", "attention", IconHelp),
  paid: look("Paid", "done", IconChecks),
  failed: look("Failed", "danger", IconAlertTriangle),
  partly_reversed: look("Partly reversed", "danger", IconRotate),
  reversed: look("Reversed", "danger", IconRotate),
  held: look("Held", "held", IconHandStop),
  cancelled: look("Cancelled", "idle", IconX),
};

const reversal = {
  awaiting_approval: look("To approve", "attention", IconUserExclamation),
  approved: look("Approved", "progress", IconCheck),
  submitted: look("In flight", "progress", IconSend),
  unknown: look("Unknown", "attention", IconHelp),
  failed: look("Refused", "danger", IconAlertTriangle),
  netting: look("From the next payments", "progress", IconHourglass),
  awaiting_write_off: look("To give up?", "attention", IconUserExclamation),
  reversed: look("Came back", "done", IconRotate),
  netted: look("Made good", "done", IconChecks),
  written_off: look("Given up", "idle", IconArchive),
  cancelled: look("Not approved", "idle", IconX),
};

const netting = {
  planned: look("Planned", "idle", IconCalendarDue),
  taken: look("Kept", "done", IconCheck),
};

const review = {
  checking: look("Checking", "progress", IconRefresh),
  open: look("Open", "attention", IconEye),
  approved: look("Approved", "done", IconCheck),
  changes_requested: look("Changes requested", "progress", IconPencil),
  rejected: look("Rejected", "danger", IconX),
  held: look("Held", "held", IconHandStop),
  superseded: look("Superseded", "idle", IconArchive),
  cancelled: look("Cancelled", "idle", IconX),
};

const reviewStage = { ...review, waiting: look("Not yet", "idle", IconCircle), open: look("Deciding", "attention", IconEye) };

const deliverable = {
  planned: look("Planned", "idle", IconCircle),
  brief_sent: look("Brief sent", "progress", IconMail),
  awaiting_draft: look("Awaiting draft", "progress", IconHourglass),
  in_review: look("In review", "attention", IconEye),
  changes_requested: look("Changes requested", "progress", IconPencil),
  approved_to_post: look("Approved to post", "progress", IconCheck),
  scheduled: look("Scheduled", "progress", IconCalendarDue),
  posted: look("Posted", "progress", IconSend),
  verified: look("Verified", "done", IconCheck),
  accepted: look("Accepted", "done", IconChecks),
  rejected: look("Rejected", "danger", IconX),
  late: look("Late", "danger", IconClock),
  missed: look("Missed", "danger", IconAlertTriangle),
  waived: look("Waived", "idle", IconArchive),
  cancelled: look("Cancelled", "idle", IconX),
};

const contract = {
  drafting: look("Drafting", "idle", IconPencil),
  internal_approval: look("Internal approval", "attention", IconEye),
  out_for_signature: look("Out for signature", "progress", IconSignature),
  executed: look("Executed", "done", IconChecks),
  expired: look("Expired", "idle", IconClock),
  terminated: look("Terminated", "danger", IconBan),
  declined: look("Declined", "danger", IconX),
  withdrawn: look("Withdrawn", "idle", IconArchive),
};

const offer = {
  draft: look("Draft", "idle", IconPencil),
  sent: look("Sent", "progress", IconSend),
  accepted: look("Accepted", "done", IconCheck),
  countered: look("Countered", "attention", IconScale),
  declined: look("Declined", "danger", IconX),
  expired: look("Expired", "idle", IconClock),
  withdrawn: look("Withdrawn", "idle", IconArchive),
};

const milestone = {
  pending: look("Pending", "idle", IconCircle),
  met: look("Met", "progress", IconCheck),
  payable: look("Payable", "progress", IconCalendarDue),
  settled: look("Settled", "done", IconChecks),
  cancelled: look("Cancelled", "idle", IconX),
};

const message = {
  prepared: look("Prepared", "idle", IconCircle),
  sending: look("Sending", "progress", IconSend),
  accepted: look("Sent", "progress", IconSend),
  delivered: look("Delivered", "done", IconCheck),
  bounced: look("Bounced", "danger", IconAlertTriangle),
  rejected: look("Rejected", "danger", IconX),
  cancelled: look("Cancelled", "idle", IconX),
  unknown: look("Unknown", "attention", IconHelp),
  received: look("Received", "progress", IconMail),
  matched: look("Received", "progress", IconMail),
  unmatched: look("Unmatched", "attention", IconHelp),
  handled: look("Handled", "done", IconCheck),
  logged: look("Logged", "idle", IconFileText),
};

const task = {
  open: look("Open", "attention", IconUserExclamation),
  done: look("Done", "done", IconCheck),
  cancelled: look("Cancelled", "idle", IconX),
  snoozed: look("Snoozed", "held", IconPlayerPause),
};

const campaign = {
  draft: look("Draft", "idle", IconPencil),
  running: look("Running", "progress", IconBolt),
  ended: look("Ended", "done", IconChecks),
};

const payee = {
  none: look("No bank account", "idle", IconCircle),
  invited: look("Invited to add a bank account", "attention", IconMail),
  onboarding: look("Adding a bank account", "progress", IconHourglass),
  ready: look("Ready to be paid", "done", IconCheck),
  restricted: look("Restricted by Stripe", "danger", IconBan),
};

const check = {
  pass: look("Passed", "done", IconCheck),
  warn: look("Warning", "attention", IconAlertTriangle),
  fail: look("Failed", "danger", IconX),
};

const verdict = {
  create: look("Create", "progress", IconCheck),
  update: look("Update", "progress", IconRefresh),
  unchanged: look("Unchanged", "idle", IconCircle),
  duplicate: look("Duplicate", "attention", IconArchive),
  invalid: look("Invalid", "danger", IconX),
  started: look("Started", "done", IconCheck),
  already_running: look("Already running", "idle", IconCircle),
  do_not_contact: look("Do not contact", "held", IconHandStop),
  banned: look("Banned", "danger", IconBan),
  no_address: look("No address", "attention", IconMail),
  unknown_creator: look("Unknown creator", "danger", IconHelp),
};

const attempt = {
  open: look("Open", "progress", IconSend),
  succeeded: look("Succeeded", "done", IconCheck),
  rejected: look("Rejected", "danger", IconX),
};

const renewal = {
  not_due: look("Not due", "idle", IconCircle),
  review_open: look("To decide", "attention", IconUserExclamation),
  offered: look("Offered", "progress", IconSend),
  agreed: look("Agreed", "done", IconCheck),
  declined: look("Declined", "idle", IconX),
  lapsed: look("Lapsed", "idle", IconArchive),
};

const reconciliation = {
  running: look("Running", "progress", IconRefresh),
  passed: look("Books agree", "done", IconCheck),
  breaks: look("Differences found", "danger", IconAlertTriangle),
  failed: look("Failed", "danger", IconX),
};

/** What two books have of one thing. */
const difference = {
  missing_here: look("Missing in the ledger", "danger", IconAlertTriangle),
  missing_there: look("Missing at Stripe", "danger", IconAlertTriangle),
  different: look("Different", "danger", IconAlertTriangle),
};

/** A difference that somebody explains. */
const differenceCase = {
  open: look("Open", "attention", IconUserExclamation),
  explained: look("Explained", "done", IconCheck),
  resolved: look("Put right", "done", IconChecks),
};

const delegation = {
  running: look("Now", "progress", IconBolt),
  planned: look("Planned", "idle", IconCalendarDue),
  ended: look("Ended", "idle", IconArchive),
};

const reviewLink = {
  open: look("Sent", "progress", IconSend),
  used: look("Used", "done", IconCheck),
  expired: look("Expired", "idle", IconClock),
  revoked: look("Ended", "idle", IconX),
};

const postCheck = {
  ok: look("As approved", "done", IconCheck),
  mismatch: look("Differs", "danger", IconAlertTriangle),
  unreachable: look("Not reachable", "attention", IconHelp),
};

/** The looks of every noun that has states. */
export const looks = {
  stage: stages, payout, reversal, netting, review, reviewStage, deliverable, contract, offer, milestone, message, task, campaign, payee, check, verdict,
  attempt, renewal, reconciliation, difference, differenceCase, delegation, reviewLink, postCheck,
} as const;

/** A noun whose states have looks. */
export type Stateful = keyof typeof looks;

/** The look of a state; one that this page does not know yet is said in its own words, in grey. */
export function lookOf(noun: Stateful, state: string): StateLook {
  const known = looks[noun] as Record<string, StateLook>;
  return known[state] ?? look(words(state), "idle", IconHelp);
}

/** "awaiting_draft" as people write it: "Awaiting draft". */
export function words(state: string): string {
  const text = state.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
