import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertCircle } from "@tabler/icons-react";

import { partnershipsQuery, type PartnershipFilter } from "../../api/queries";
import type { Stage } from "../../api/schema";
import { looks } from "../../lib/states";
import { CreatorName } from "../CreatorName";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { LoadFailed } from "../Notice";
import { Chip } from "../StatusChip";
import classes from "./Board.module.css";

const most = 20;

/** Partnerships by stage. A card is not moved by hand: every step follows from what happened, and a person decides on the partnership's page. */
export function Board({ filter, stages }: { filter: PartnershipFilter; stages: Stage[] }) {
  return (
    <>
      <p className="soft" style={{ margin: 0 }}>A partnership moves on by itself when its condition is met. Open one to decide what waits for you.</p>
      <div className={classes.board} tabIndex={0} role="group" aria-label="Partnerships by stage">
        {stages.map((stage) => <Column key={stage} stage={stage} filter={filter} />)}
      </div>
    </>
  );
}

function Column({ stage, filter }: { stage: Stage; filter: PartnershipFilter }) {
  const list = useQuery(partnershipsQuery({ ...filter, stage: [stage], limit: most }));
  const { word, icon: Icon } = looks.stage[stage];
  const items = list.data?.items;
  return (
    <section className={classes.column} aria-label={word}>
      <h2 className={classes.head}>
        <Icon size={15} aria-hidden /> {word} {items && <span className="soft tabular">{items.length}{list.data?.next_cursor && "+"}</span>}
      </h2>
      {list.error && !items && <LoadFailed error={list.error} retry={() => void list.refetch()} />}
      {!items && !list.error && <LoadingLines lines={3} />}
      {items?.length === 0 && <p className={`soft ${classes.none}`}>None here</p>}
      <ul className={classes.cards}>
        {items?.map(({ id, creator, campaign_name, attention, why, waiting, fee }) => (
          <li key={id} className={classes.card}>
            <CreatorName creator={creator} link={{ to: "/partnerships/$id", params: { id } }} />
            <div className="soft">{campaign_name}</div>
            {attention && <Chip tone="attention" icon={<IconAlertCircle size={13} aria-hidden />}>Needs someone</Chip>}
            {attention && why ? <div>{why}</div> : waiting[0] && <div className="soft">Waits for {waiting[0].who}</div>}
            {fee && <Money value={fee} />}
          </li>
        ))}
      </ul>
      {list.data?.next_cursor && (
        <Link to="/partnerships" search={(search) => ({ ...search, as: undefined, cursor: undefined, stage: [stage] })}>All of them, as a list</Link>
      )}
    </section>
  );
}
