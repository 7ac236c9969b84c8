import { Link, useLocation } from "@tanstack/react-router";
import { IconPlayerPause } from "@tabler/icons-react";

import type { Timer, Waiting } from "../../api/schema";
import { exactText } from "../../lib/time";
import { RelativeTime } from "../RelativeTime";
import { Chip } from "../StatusChip";
import classes from "./Waiting.module.css";

/** The one timer that fires next: when, and what it will do. */
export function Next({ next, others }: { next: Timer | undefined; others: Timer[] }) {
  if (!next) return <p className={`soft ${classes.none}`}>No timer is armed. It goes on when somebody decides.</p>;
  return (
    <div>
      <div className={classes.next}>
        <RelativeTime at={next.at} />
        {next.held && <Chip tone="held" icon={<IconPlayerPause size={13} aria-hidden />}>Held</Chip>}
      </div>
      <div>{next.does}</div>
      <div className={classes.exact}>{exactText(new Date(next.at))}</div>
      {others.length > 0 && (
        <details className={classes.more}>
          <summary>{others.length} more {others.length === 1 ? "timer" : "timers"}</summary>
          <TimerList timers={others} />
        </details>
      )}
    </div>
  );
}

/** Timers with their times. */
export function TimerList({ timers }: { timers: Timer[] }) {
  if (timers.length === 0) return <p className={`soft ${classes.none}`}>No timer is armed.</p>;
  return (
    <ul className={classes.list}>
      {timers.map((timer) => (
        <li key={`${timer.kind}-${timer.at}`}>
          <RelativeTime at={timer.at} /> {timer.held && "(held)"} <span className="soft">{timer.does}</span>
        </li>
      ))}
    </ul>
  );
}

/** Who must decide what, since when, and what happens on silence. */
export function WaitingFor({ waiting }: { waiting: Waiting[] }) {
  const { pathname } = useLocation();
  if (waiting.length === 0) return <p className={`soft ${classes.none}`}>Nobody. It goes on by itself.</p>;
  return (
    <ul className={classes.list}>
      {waiting.map((one, at) => (
        <li key={at}>
          <strong>{one.who}</strong>
          {/* A link to the page that is open would seem broken. */}
          <div>{one.link?.startsWith("/") && one.link !== pathname ? <Link to={one.link}>{one.decision}</Link> : one.decision}</div>
          <div className={classes.exact}>
            Since <RelativeTime at={one.since} />
            {one.due_at && <>, due <RelativeTime at={one.due_at} /></>}
          </div>
          {one.on_silence && <div className={classes.exact}>On silence: {one.on_silence}</div>}
        </li>
      ))}
    </ul>
  );
}
