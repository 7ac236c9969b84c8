import { Checkbox } from "@mantine/core";
import { IconAt, IconEyeCheck, IconEyeOff, IconLock, IconPaperclip, IconRobot, IconUserCircle } from "@tabler/icons-react";

import type { Message, Thread } from "../../api/schema";
import { MessageBody } from "../MessageBody";
import { RelativeTime } from "../RelativeTime";
import { Chip, StatusChip } from "../StatusChip";
import { SuggestionChip } from "./chips";
import { DraftCard } from "./DraftCard";
import classes from "./MessageItem.module.css";
import { bareSubject, channels, sizeText, waitsForALook, writers } from "./words";

/** The element of a message, which a link to it scrolls to. */
export const messageId = (message: string) => `message-${message}`;

const icons = { creator: IconUserCircle, person: IconUserCircle, machine: IconRobot, looked_at: IconEyeCheck };

/** One message of a thread: who wrote it, what became of it, what was said. */
export function MessageItem({ message, thread, marked, choice }: {
  message: Message;
  thread: Thread;
  /** The address names it. */
  marked: boolean;
  /** While messages are chosen to be moved. */
  choice?: { chosen: boolean; onChange: (chosen: boolean) => void };
}) {
  const { direction, channel, hidden = false, mentions = [], files = [] } = message;
  const written = message.written_by ?? (direction === "in" ? "creator" : "person");
  const Icon = icons[written];
  const draft = waitsForALook(message) && !hidden;
  const kind = draft ? classes.waits : direction === "internal" ? classes.internal : direction === "in" ? classes.in : classes.out;
  return (
    <li id={messageId(message.id)} tabIndex={-1} className={`${classes.message} ${kind} ${marked ? classes.marked : ""}`} aria-label={`${message.author}, ${channels[channel]}`} aria-current={marked || undefined}>
      <div className={classes.by}>
        {choice && <Checkbox size="md" aria-label={`Choose the ${channels[channel]} by ${message.author}`} checked={choice.chosen} onChange={(event) => choice.onChange(event.currentTarget.checked)} />}
        <Icon size={16} stroke={1.7} aria-hidden />
        <strong>{message.author}</strong>
        <span className="soft">{writers[written]}, {channels[channel]}</span>
        {message.suggestion && <SuggestionChip suggestion={message.suggestion} />}
        {direction === "out" && channel !== "call" && channel !== "dm" && !draft && <StatusChip noun="message" state={message.state} />}
        {direction === "internal" && <Chip tone="attention" icon={<IconEyeOff size={13} aria-hidden />}>Not sent to the creator</Chip>}
        <span className={classes.when}><RelativeTime at={message.at} /></span>
      </div>
      {hidden ? (
        <p className={classes.hidden}><IconLock size={15} aria-hidden /> Only who takes part in this thread reads it.</p>
      ) : draft ? (
        <DraftCard message={message} partnershipId={message.partnership_id ?? thread.partnership_id} brandId={thread.brand_id} />
      ) : (
        <>
          <MessageBody message={message} subject={bareSubject(message.subject) !== bareSubject(thread.subject)} />
          {mentions.length > 0 && <div className={classes.mentions}><IconAt size={14} aria-hidden /> Mentions {mentions.map(({ name }) => name).join(", ")}</div>}
          {files.length > 0 && (
            <ul className={classes.files} aria-label="Files">
              {files.map(({ n, name, size, content_type }) => (
                <li key={n}>
                  <a href={`/v1/messages/${message.id}/files/${n}`} download={name} className={classes.file} title={`${content_type}, as the sender says`}>
                    <IconPaperclip size={15} aria-hidden />
                    <span>{name}</span>
                    <span className="soft">{sizeText(size)}</span>
                  </a>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </li>
  );
}
