import { Button, Group, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { partnershipQuery } from "../../api/queries";
import type { KeyDate, KeyDateDecision } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { keyKinds } from "./keydates";

const OptionDialog = lazy(() => import("../renewal/OptionDialog"));
const AmendDialog = lazy(() => import("../partnership/AmendDialog"));

/** The stages in which the next contract is not signed and the last one cannot be amended. */
const between = ["in_conversation", "negotiating", "contract_out"];

/** What can be decided about a key date. */
export function KeyDateActions({ date }: { date: KeyDate }) {
  const session = useSession();
  const [extending, setExtending] = useState(false);
  const [using, setUsing] = useState(false);
  const what = `${keyKinds[date.kind].word}, ${date.creator.name}`;
  const act = useAct({
    run: (decision: KeyDateDecision["decision"], key) =>
      body(api.POST("/v1/key-dates/{id}/decide", { params: { path: { id: date.id }, header: { "Idempotency-Key": key } }, body: { decision } })),
    done: "Decided",
    announce: true,
    touches: ["contract", "partnership", "task", "calendar"],
  });
  if (date.state === "ended" || date.state === "exercised" || !hasRole(session, ["ops", "admin"], date.brand_id)) return null;
  const option = date.kind === "option_end";
  if (date.kind === "renewal_notice") {
    return date.state === "open" && (
      <Button size="compact-sm" variant="default" aria-label={`Decide: ${what}`} renderRoot={(props) => <Link to="/contracts/renewals" search={{ selected: date.partnership_id }} {...props} />}>
        Decide
      </Button>
    );
  }
  if (date.kind === "term_end") return null;
  const decide = (decision: KeyDateDecision["decision"], word: string) => (
    <Button size="compact-sm" variant="default" aria-label={`${word}: ${what}`} loading={act.isPending && act.variables === decision} onClick={() => act.mutate(decision)}>
      {word}
    </Button>
  );
  return (
    <Group gap={6} wrap="wrap">
      {date.may_extend && <Button size="compact-sm" variant="default" aria-label={`Extend: ${what}`} onClick={() => setExtending(true)}>Extend</Button>}
      {option && <Button size="compact-sm" variant="default" aria-label={`Use the option: ${what}`} onClick={() => setUsing(true)}>Use the option</Button>}
      {between.includes(date.stage) && <span className="soft">Can be extended once the next contract is signed</span>}
      {date.state === "open" ? (
        <>
          {decide("renegotiating", "In talks")}
          {decide("let_end", option ? "Let it pass" : "Let it end")}
        </>
      ) : (
        decide("open", "Take back")
      )}
      {using && <Suspense><OptionDialog partnershipId={date.partnership_id} onClose={() => setUsing(false)} /></Suspense>}
      {extending && <Suspense><Extend partnershipId={date.partnership_id} dateId={date.id} onClose={() => setExtending(false)} /></Suspense>}
    </Group>
  );
}

/** The amendment that moves the date, once the partnership is there. */
function Extend({ partnershipId, dateId, onClose }: { partnershipId: string; dateId: string; onClose: () => void }) {
  const { data, error, refetch } = useQuery(partnershipQuery(partnershipId));
  if (data) return <AmendDialog partnership={data} extend={dateId} onClose={onClose} />;
  return <Modal opened onClose={onClose} title="Amend the contract">{error ? <LoadFailed error={error} retry={() => void refetch()} /> : <LoadingLines />}</Modal>;
}
