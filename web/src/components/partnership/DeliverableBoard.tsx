import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { deliverablesQuery, type DeliverableFilter } from "../../api/queries";
import type { Deliverable } from "../../api/schema";
import { lookOf } from "../../lib/states";
import { exactText, spanText, useTimeText } from "../../lib/time";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import { RelativeTime } from "../RelativeTime";
import classes from "./Board.module.css";

const most = 20;

/** How long ago what is waited for from the creator was due. */
export function LateBy({ deliverable: { late_since: since } }: { deliverable: Deliverable }) {
  const text = useTimeText((now) => (since ? spanText(now.getTime() - Date.parse(since)) : ""));
  return text && since ? <span className="tabular" style={{ color: "var(--tone-danger-text)" }} title={exactText(new Date(since))}>{text}</span> : <span className="soft">Not late</span>;
}

/** Deliverables by state. As on the board of partnerships, no card is moved by hand. */
export function DeliverableBoard({ filter, states }: { filter: DeliverableFilter; states: string[] }) {
  return (
    <>
      <p className="soft" style={{ margin: 0 }}>A piece moves on by itself when its condition is met. Open one to see what it waits for.</p>
      <div className={classes.board} tabIndex={0} role="group" aria-label="Deliverables by state">
        {states.map((state) => <Column key={state} state={state} filter={filter} />)}
      </div>
    </>
  );
}

function Column({ state, filter }: { state: string; filter: DeliverableFilter }) {
  const list = useQuery(deliverablesQuery({ ...filter, sort: undefined, state: [state], limit: most }));
  const { word, icon: Icon } = lookOf("deliverable", state);
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
        {items?.map((deliverable) => (
          <li key={deliverable.id} className={classes.card}>
            <Link to="/partnerships/$id" params={{ id: deliverable.partnership_id }} hash={`piece-${deliverable.id}`}>{deliverable.title}</Link>
            <div>{deliverable.creator?.name}</div>
            <div className="soft">{deliverable.campaign_name}</div>
            {deliverable.late ? <div>Late by <LateBy deliverable={deliverable} /></div> : deliverable.due_at && <div className="soft">Next date <RelativeTime at={deliverable.due_at} inList /></div>}
          </li>
        ))}
      </ul>
      {list.data?.next_cursor && (
        <Link to="/partnerships/deliverables" search={(search) => ({ ...search, as: undefined, show: undefined, cursor: undefined, state: [state] })}>All of them, as a list</Link>
      )}
    </section>
  );
}
