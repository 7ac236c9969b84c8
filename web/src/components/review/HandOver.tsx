import { Button, Group, Modal, NativeSelect, Stack } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { HandOver as Handing, Review, Role, User } from "../../api/schema";
import { hasRole, useSession } from "../../lib/session";
import { CommandButton, refusal } from "../CommandButton";
import { ProblemNotice } from "../Notice";
import { PersonSelect } from "../Pickers";

const kinds: Record<Handing["kind"], { label: string; says: string; to: string; done: string }> = {
  reassign: { label: "Ask somebody else", says: "Somebody else is asked instead, with the same time to decide.", to: "Ask", done: "Somebody else is asked now" },
  stand_in: { label: "Let somebody decide for me", says: "They decide on your behalf; both names are kept. You may still decide yourself.", to: "Decides for you", done: "They may decide for you now" },
};

const deciders: Role[] = ["ops", "approver", "legal", "admin"];

/** Gives the open request to somebody else, or lets somebody decide on one's behalf. */
export function HandOver({ review }: { review: Review }) {
  const session = useSession();
  const [asked, setAsked] = useState<Handing["kind"]>();
  const { summary, hand_over: command } = review;
  if (!command) return null;
  // Outside reviewers answer by their link; who is asked in the house can be named.
  const people = review.stages.filter(({ state }) => state === "open" || state === "held").flatMap(({ approvers }) => approvers).filter(({ outside, decided, on_behalf_of }) => !outside && !decided && !on_behalf_of);
  const mine = people.some(({ id }) => id === session?.user_id);
  const others = hasRole(session, ["ops", "admin"], summary.brand_id);
  const refused = refusal(command);
  const notAsked = "You are not asked in the stage that is open.";
  return (
    <Group gap={6} mt="sm">
      <CommandButton size="xs" variant="default" reason={refused ?? (people.length === 0 ? "Nobody of the house is asked now." : mine || others ? undefined : notAsked)} onClick={() => setAsked("reassign")}>{kinds.reassign.label}</CommandButton>
      <CommandButton size="xs" variant="default" reason={refused ?? (mine ? undefined : notAsked)} onClick={() => setAsked("stand_in")}>{kinds.stand_in.label}</CommandButton>
      {asked && <HandOverDialog kind={asked} review={review} people={asked === "reassign" && others ? people : []} me={mine ? session?.user_id : undefined} onClose={() => setAsked(undefined)} />}
    </Group>
  );
}

function HandOverDialog({ kind, review, people, me, onClose }: { kind: Handing["kind"]; review: Review; people: { id: string; name: string }[]; me: string | undefined; onClose: () => void }) {
  const [from, setFrom] = useState(me ?? people[0]?.id);
  const [to, setTo] = useState<string>();
  const { label, says, to: field, done } = kinds[kind];
  const act = useAct({
    run: (what: Handing, key) =>
      body(api.POST("/v1/reviews/{id}/hand-overs", { params: { path: { id: review.summary.id }, header: { "Idempotency-Key": key } }, body: what })),
    done,
    close: onClose,
    touches: ["review", "partnership", "task"],
  });
  const fields = act.error?.byField ?? {};
  const already = review.stages.filter(({ state }) => state === "open" || state === "held").flatMap(({ approvers }) => approvers.map(({ id }) => id));
  const free = ({ id, brands }: User) => !already.includes(id) && brands.some(({ brand_id, roles }) => brand_id === review.summary.brand_id && roles.some((role) => deciders.includes(role)));
  return (
    <Modal opened onClose={onClose} title={label}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (to) act.mutate({ kind, to_user_id: to, from_user_id: from === me ? undefined : from });
        }}
      >
        <Stack>
          <p style={{ margin: 0 }}>{says}</p>
          {people.length > 0 && (people.length > 1 || people[0]?.id !== me) && (
            <NativeSelect label="Instead of" value={from} onChange={(event) => setFrom(event.currentTarget.value)} data={people.map(({ id, name }) => ({ value: id, label: id === me ? `${name} (you)` : name }))} error={fields.from_user_id} />
          )}
          <PersonSelect label={field} brandId={review.summary.brand_id} value={to} onChange={setTo} only={free} error={fields.to_user_id} />
          <ProblemNotice problem={act.error} shownFields={["to_user_id", "from_user_id"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Keep as it is</Button>
            <Button type="submit" loading={act.isPending} disabled={!to}>{kind === "reassign" ? "Ask them" : "Let them decide"}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
