import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { IconArrowDown, IconMessages } from "@tabler/icons-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { threadMessagesQuery } from "../../api/queries";
import type { Thread } from "../../api/schema";
import { LoadingLines } from "../Loading";
import { EmptyState, LoadFailed, Notice } from "../Notice";
import { MessageItem, messageId } from "./MessageItem";
import classes from "./Messages.module.css";

// So near to its end a list counts as being there.
const nearPx = 24;

/** What was said, in reading order, the newest in view; or the one that the address names, however old. */
export function Messages({ thread, message, chosen, onChoose }: {
  thread: Thread;
  /** The one to show and mark. */
  message: string | undefined;
  /** While messages are chosen to be moved. */
  chosen?: string[];
  onChoose: (chosen: string[]) => void;
}) {
  const query = useInfiniteQuery(threadMessagesQuery(thread.id));
  const items = query.data?.pages.flatMap((page) => page.items).reverse();
  const [oldest, newest] = [items?.[0]?.id, items?.at(-1)?.id];
  const box = useRef<HTMLDivElement>(null);
  const below = useRef<number | undefined>(undefined);
  const jumped = useRef<string | undefined>(undefined);
  const [atEnd, setAtEnd] = useState(message === undefined);
  const [left, setLeft] = useState(newest);
  const found = message !== undefined && items?.some(({ id }) => id === message);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;

  // Who reads the newest keeps seeing the newest, also when the field below grows.
  useLayoutEffect(() => {
    if (atEnd && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [atEnd, newest]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const sizes = new ResizeObserver(() => {
      if (atEnd) element.scrollTop = element.scrollHeight;
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [atEnd]);

  // What is loaded above must not push away what is being read.
  useLayoutEffect(() => {
    if (box.current && below.current !== undefined) box.current.scrollTop = box.current.scrollHeight - below.current;
    below.current = undefined;
  }, [oldest]);
  const loadOlder = () => {
    if (box.current) below.current = box.current.scrollHeight - box.current.scrollTop;
    void fetchNextPage();
  };

  // A link to a message loads what is older until it is there: looked at again after each page.
  const pages = query.data?.pages.length;
  useEffect(() => {
    if (message === undefined || jumped.current === message) return;
    if (found) {
      jumped.current = message;
      const element = document.getElementById(messageId(message));
      element?.scrollIntoView({ block: "center" });
      element?.focus({ preventScroll: true });
    } else if (hasNextPage && !isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [message, found, pages, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    setAtEnd(true);
  };

  return (
    <div className={classes.frame}>
      <div
        ref={box}
        className={classes.box}
        role="region"
        aria-label="Messages"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          const end = scrollHeight - scrollTop - clientHeight < nearPx;
          if (!end && atEnd) setLeft(newest);
          if (end !== atEnd) setAtEnd(end);
        }}
      >
        {query.error && !items ? (
          <LoadFailed error={query.error} retry={() => void query.refetch()} />
        ) : !items ? (
          <LoadingLines lines={8} />
        ) : items.length === 0 ? (
          <EmptyState icon={IconMessages} title="Nothing was said yet">The first mail of the sequence goes out in the creator’s working hours.</EmptyState>
        ) : (
          <>
            {message !== undefined && !found && !hasNextPage && (
              <Notice tone="attention" title="That message is not in this thread">It may have been moved to another one. What is here is shown.</Notice>
            )}
            {hasNextPage && (
              <Button className={classes.older} variant="default" size="compact-sm" loading={isFetchingNextPage} onClick={loadOlder}>Show earlier messages</Button>
            )}
            <ol className={classes.list}>
              {items.map((item) => (
                <MessageItem
                  key={item.id}
                  message={item}
                  thread={thread}
                  marked={item.id === message}
                  choice={chosen && {
                    chosen: chosen.includes(item.id),
                    onChange: (yes) => onChoose(yes ? [...chosen, item.id] : chosen.filter((id) => id !== item.id)),
                  }}
                />
              ))}
            </ol>
          </>
        )}
      </div>
      {!atEnd && left !== undefined && newest !== left && (
        <Button className={classes.pill} size="compact-sm" leftSection={<IconArrowDown size={14} aria-hidden />} onClick={toEnd}>New message below</Button>
      )}
    </div>
  );
}
