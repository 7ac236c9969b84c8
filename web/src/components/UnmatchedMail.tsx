import { Button, Group, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconMailCheck, IconMailQuestion } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { partnershipsQuery, unmatchedMailQuery } from "../api/queries";
import type { components } from "../api/schema";
import { Pager } from "./DataTable";
import { LoadingLines } from "./Loading";
import { MessageBody } from "./MessageBody";
import { EmptyState, LoadFailed, ProblemNotice } from "./Notice";
import { RelativeTime } from "./RelativeTime";
import classes from "./UnmatchedMail.module.css";

type Mail = components["schemas"]["UnmatchedMail"];

/** Mail that names no conversation of ours: a person files it, or puts it aside. */
export function UnmatchedMail({ cursor, go }: { cursor: string | undefined; go: (cursor: string | undefined) => void }) {
  const list = useQuery(unmatchedMailQuery(cursor));
  if (list.error && !list.data) return <LoadFailed error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <LoadingLines />;
  if (list.data.items.length === 0) {
    return (
      <EmptyState icon={IconMailCheck} title="Every mail has found its conversation" action={<Link to="/inbox" search={(before) => ({ ...before, box: undefined })}>See your threads</Link>}>
        A mail that answers none of ours, or may belong to several, waits here until somebody files it.
      </EmptyState>
    );
  }
  return (
    <div>
      <ol className={classes.list} aria-label="Unmatched mail">
        {list.data.items.map((mail) => <Row key={mail.message.id} mail={mail} />)}
      </ol>
      <Pager shown={list.data.items.length} cursor={cursor} nextCursor={list.data.next_cursor} go={go} />
    </div>
  );
}

function Row({ mail: { message, candidates } }: { mail: Mail }) {
  const [chosen, setChosen] = useState<string | null>(candidates.length === 1 ? (candidates[0]?.partnership_id ?? null) : null);
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed, 200);
  const found = useQuery({ ...partnershipsQuery({ q, limit: 20 }), enabled: q.trim() !== "" });
  const file = useAct({
    run: (partnership_id: string | undefined, key) =>
      body(api.POST("/v1/messages/{id}/file", {
        params: { path: { id: message.id }, header: { "Idempotency-Key": key } },
        body: { partnership_id },
      })),
    done: "Filed",
    touches: ["message", "partnership"],
  });
  const options = new Map(candidates.map((c) => [c.partnership_id, `${c.creator_name}, ${c.campaign_name} of ${c.brand_name}`]));
  for (const p of found.data?.items ?? []) options.set(p.id, `${p.creator.name}, ${p.campaign_name} of ${p.brand_name}`);
  const why = candidates.find(({ partnership_id }) => partnership_id === chosen)?.why;
  const from = message.from ?? "an unknown sender";
  return (
    <li className={classes.mail} aria-label={`Mail from ${from}`}>
      <div className={classes.head}>
        <IconMailQuestion size={16} aria-hidden />
        <strong>{from}</strong>
        <span className="soft">
          {candidates.length > 1 ? "may belong to several conversations" : candidates.length === 1 ? "names no conversation" : "nobody has this address"}
        </span>
        <span className={classes.when}><RelativeTime at={message.at} /></span>
      </div>
      <MessageBody message={message} />
      <ProblemNotice problem={file.error} />
      <Group gap="xs" align="end" mt="xs">
        <Select
          label="Belongs to"
          description={why}
          placeholder="Type a creator’s name"
          searchable
          clearable
          clearButtonProps={{ "aria-label": "Clear Belongs to" }}
          value={chosen}
          onChange={setChosen}
          searchValue={typed}
          onSearchChange={setTyped}
          data={[...options].map(([value, label]) => ({ value, label }))}
          nothingFoundMessage={q.trim() === "" ? "Type a creator’s name" : "No such partnership"}
          w={{ base: "100%", xs: 420 }}
        />
        <Button disabled={!chosen} loading={file.isPending} onClick={() => chosen && file.mutate(chosen)}>File it</Button>
        <Button variant="default" loading={file.isPending} onClick={() => file.mutate(undefined)}>Put aside</Button>
      </Group>
    </li>
  );
}
