import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import type { Command, Partnership } from "../../api/schema";
import { CommandList } from "../CommandList";

const CommandDialog = lazy(() => import("./CommandDialog"));
const RevokeDialog = lazy(() => import("./RevokeDialog"));
const RoundDialog = lazy(() => import("./RoundDialog"));
const AmendDialog = lazy(() => import("./AmendDialog"));
const BonusDialog = lazy(() => import("./BonusDialog"));
const DropBonusDialog = lazy(() => import("./DropBonusDialog"));
const NumberDialog = lazy(() => import("./NumberDialog"));
const OfferDialog = lazy(() => import("./OfferDialog"));
const OptionDialog = lazy(() => import("../renewal/OptionDialog"));
const RenewDialog = lazy(() => import("../renewal/RenewDialog"));
const TerminateDialog = lazy(() => import("./TerminateDialog"));

// Commands that other pages give: the creator's own, and a ban, which is about every partnership of a creator.
const elsewhere = ["accept_offer", "decline_offer", "counter_offer", "sign_contract", "decline_contract", "submit", "report_post", "ban", "unban"];

// Those that ask for more than a reason have a dialog of their own.
const own = ["send_offer", "revoke_approval", "offer_round", "amend", "give_bonus", "record_number", "drop_bonus", "terminate", "renew", "exercise_option"];

/** What can be done with a partnership now. */
export function Commands({ partnership }: { partnership: Partnership }) {
  const [asked, setAsked] = useState<Command | null>(null);
  const { contract } = partnership;
  const out = contract?.amendments.find(({ state }) => state === "internal_approval" || state === "out_for_signature") ?? contract;
  const fitting = partnership.deliverables.filter(({ id }) => asked?.fits?.includes(id));
  const close = () => setAsked(null);
  return (
    <>
      <CommandList
        commands={partnership.commands.filter(({ command }) => !elsewhere.includes(command))}
        give={setAsked}
        main="send_offer"
        dangerous={["terminate", "revoke_approval"]}
        instead={({ command, label }) =>
          command === "send_contract" && out && (
            <Button key={command} size="xs" renderRoot={(props) => <Link to="/contracts/$id" params={{ id: out.id }} {...props} />}>
              {label}
            </Button>
          )}
      />
      <Suspense>
        {asked?.command === "send_offer" && <OfferDialog partnership={partnership} onClose={close} />}
        {asked?.command === "revoke_approval" && <RevokeDialog partnershipId={partnership.summary.id} deliverables={fitting} onClose={close} />}
        {asked?.command === "offer_round" && <RoundDialog deliverables={fitting} currency={partnership.summary.fee?.currency} onClose={close} />}
        {asked?.command === "amend" && <AmendDialog partnership={partnership} onClose={close} />}
        {asked?.command === "give_bonus" && <BonusDialog partnership={partnership} onClose={close} />}
        {asked?.command === "record_number" && <NumberDialog partnership={partnership} onClose={close} />}
        {asked?.command === "drop_bonus" && <DropBonusDialog partnership={partnership} onClose={close} />}
        {asked?.command === "renew" && <RenewDialog partnership={partnership} onClose={close} />}
        {asked?.command === "exercise_option" && <OptionDialog partnershipId={partnership.summary.id} onClose={close} />}
        {asked?.command === "terminate" && <TerminateDialog partnership={partnership} onClose={close} />}
        {asked && !own.includes(asked.command) && <CommandDialog key={asked.command} command={asked} partnership={partnership} onClose={close} />}
      </Suspense>
    </>
  );
}
