import { Button, Group, Modal, Select, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Case, TopUpBooking, TopUpBookingApproval, TopUpBookingCreate } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { CommandButton, refusal } from "../CommandButton";
import { Money } from "../Money";
import { ProblemNotice } from "../Notice";
import { Facts } from "../Page";
import { RelativeTime } from "../RelativeTime";

const touches = ["reconciliation", "task", "payout", "brand"];

/** A top-up that the ledger lacks, or that the bank took back, and the two people whose word brings it into the books. */
export function BookTopUp({ of }: { of: Case }) {
  const [open, setOpen] = useState<"ask" | "approve" | null>(null);
  const { book, booking } = of;
  if (!book || of.state !== "open") return null;
  const waits = booking && !booking.refused;
  return (
    <Stack gap="xs" mb="xs">
      {booking && (
        <div>
          {booking.asked_by.name} asked to book it for {booking.brand_name} <RelativeTime at={booking.asked_at} />: “{booking.reason}”
          {booking.approved_by && <div className="soft">Approved by {booking.approved_by}</div>}
          {booking.refused && <div role="status"><strong>It was not booked.</strong> {booking.refused}</div>}
        </div>
      )}
      <Group gap="xs">
        {waits && !booking.approved_by && (
          <CommandButton size="xs" reason={refusal(booking.approve)} onClick={() => setOpen("approve")}>{booking.approve.label}</CommandButton>
        )}
        <CommandButton size="xs" variant={waits ? "default" : "filled"} reason={refusal(book)} onClick={() => setOpen("ask")}>{book.label}</CommandButton>
      </Group>
      {waits && !booking.approved_by && !booking.approve.allowed && <div className="soft">{refusal(booking.approve)}</div>}
      {open === "ask" && <AskDialog of={of} onClose={() => setOpen(null)} />}
      {open === "approve" && booking && <ApproveDialog of={of} booking={booking} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

/** Asks whose money it is. Nothing is booked before another person has approved that. */
function AskDialog({ of, onClose }: { of: Case; onClose: () => void }) {
  const session = useSession();
  const brands = (session?.brands ?? []).filter(({ brand_id }) => (!of.brand_id || of.brand_id === brand_id) && hasRole(session, ["finance_preparer", "finance_releaser"], brand_id));
  const [brand, setBrand] = useState<string | null>(brands.length === 1 ? brands[0]?.brand_id ?? null : null);
  const [reason, setReason] = useState("");
  const act = useAct({
    run: (wish: TopUpBookingCreate, key) =>
      body(api.POST("/v1/reconciliation-cases/{id}/bookings", { params: { path: { id: of.id }, header: { "Idempotency-Key": key } }, body: wish })),
    done: "Asked for; another person approves it",
    close: onClose,
    touches,
  });
  const errors = act.error?.byField ?? {};
  return (
    <Modal opened onClose={onClose} title={of.book?.label.replace("…", "")}>
      <form onSubmit={(event) => { event.preventDefault(); if (brand) act.mutate({ brand_id: brand, reason }); }}>
        <Stack>
          <p style={{ margin: 0 }}>{of.detail} A releaser has to approve it; then it is booked as Stripe says, and this case closes by itself.</p>
          <Select
            label="Whose money it is" required searchable value={brand} onChange={setBrand} error={errors.brand_id}
            data={brands.map(({ brand_id, brand_name }) => ({ value: brand_id, label: brand_name ?? "A brand" }))} nothingFoundMessage="No such brand"
          />
          <Textarea label="How you know" description="Kept in the case's history, so that an auditor can follow it" required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={errors.reason} />
          <ProblemNotice problem={act.error} shownFields={["brand_id", "reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Book nothing</Button>
            <Button type="submit" loading={act.isPending} disabled={!brand}>Ask to book it</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Shows exactly what is booked, and approves that and nothing else. */
function ApproveDialog({ of, booking, onClose }: { of: Case; booking: TopUpBooking; onClose: () => void }) {
  // What the person saw when the dialog opened. If it changes meanwhile, the API refuses.
  const [approval] = useState<TopUpBookingApproval>({ booking_id: booking.id, amount: booking.amount });
  const act = useAct({
    run: (approved: TopUpBookingApproval, key) =>
      body(api.POST("/v1/reconciliation-cases/{id}/bookings/approvals", { params: { path: { id: of.id }, header: { "Idempotency-Key": key } }, body: approved })),
    done: "Approved; it is booked as soon as Stripe answers",
    close: onClose,
    touches,
  });
  return (
    <Modal opened onClose={onClose} title={booking.approve.label}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate(approval); }}>
        <Stack>
          <Facts
            facts={[
              ["Amount", <strong key="amount"><Money value={approval.amount} /></strong>],
              ["Brand", booking.brand_name],
              ["At Stripe", of.external_ref],
              ["Why", booking.reason],
              ["Asked for by", booking.asked_by.name],
            ]}
          />
          <ProblemNotice problem={act.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Approve nothing</Button>
            <Button type="submit" loading={act.isPending} data-autofocus>Approve</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
