import { Link } from "@tanstack/react-router";
import {
  IconArrowRight, IconChecklist, IconClock, IconCoin, IconFileText, IconGavel, IconMail, IconNote, IconPhoto, IconSettingsAutomation,
  type TablerIcon,
} from "@tabler/icons-react";

import type { TimelineItem } from "../api/schema";
import { clockText, dayText, exactText, spanText } from "../lib/time";
import { MessageBody } from "./MessageBody";
import { StatusChip } from "./StatusChip";
import classes from "./Timeline.module.css";

/** The kinds of a timeline in the words of its filter. */
export const timelineKinds: Record<TimelineItem["kind"], { word: string; icon: TablerIcon }> = {
  message: { word: "Messages", icon: IconMail },
  decision: { word: "Decisions", icon: IconGavel },
  money: { word: "Money", icon: IconCoin },
  contract: { word: "Contract", icon: IconFileText },
  content: { word: "Content", icon: IconPhoto },
  stage: { word: "Stages", icon: IconArrowRight },
  task: { word: "Tasks", icon: IconChecklist },
  timer: { word: "Timers", icon: IconClock },
  note: { word: "Notes", icon: IconNote },
  system: { word: "Workflow", icon: IconSettingsAutomation },
};

// A silence longer than this is said in one line; shorter ones would be noise.
const gapMs = 3 * 86_400_000;

/** Everything that happened, newest first, by day, with long silences said in one line. */
export function Timeline({ items }: { items: TimelineItem[] }) {
  return (
    <ol className={classes.timeline}>
      {items.map((item, index) => {
        const at = new Date(item.at);
        const later = items[index - 1];
        const laterAt = later && new Date(later.at);
        const newDay = !laterAt || dayText(laterAt) !== dayText(at);
        const silence = laterAt && laterAt.getTime() - at.getTime() > gapMs ? laterAt.getTime() - at.getTime() : 0;
        return [
          silence > 0 && (
            <li key={`${item.id}-gap`} className={classes.gap}>
              {spanText(silence)} in which nothing happened
            </li>
          ),
          newDay && (
            <li key={`${item.id}-day`} className={classes.day}>
              {dayText(at)}
            </li>
          ),
          <Entry key={item.id} item={item} at={at} />,
        ];
      })}
    </ol>
  );
}

function Entry({ item, at }: { item: TimelineItem; at: Date }) {
  const Icon = timelineKinds[item.kind].icon;
  const { message } = item;
  return (
    <li className={classes.item}>
      <span className={classes.icon}>
        <Icon size={14} stroke={1.8} aria-hidden />
      </span>
      <div>
        <div className={classes.title}>
          {item.link?.startsWith("/") ? <Link to={item.link}>{item.title}</Link> : item.title}
          {item.actor && <span className={classes.who}> · {item.actor}</span>}
        </div>
        {item.detail && <div className={classes.detail}>{item.detail}</div>}
        {message && (
          <div className={`${classes.message} ${message.direction === "in" ? classes.in : message.direction === "internal" ? classes.internal : ""}`}>
            <MessageBody message={message} />
            {message.direction === "out" && <StatusChip noun="message" state={message.state} />}
          </div>
        )}
      </div>
      <time className={`${classes.when} tabular`} dateTime={item.at} title={exactText(at)}>
        {clockText(at)}
      </time>
    </li>
  );
}
