import { exactText, relativeText, useTimeText } from "../lib/time";
import { Hint } from "./Hint";
import { Unknown } from "./Money";

interface Props {
  /** RFC 3339; absent means not known. */
  at: string | undefined;
  /** Inside lists with many rows the keyboard should not stop at every time; hovering still tells. */
  inList?: boolean;
}

/** A time relative to now; the exact one, with its zone, on hover and on focus. */
export function RelativeTime({ at, inList = false }: Props) {
  if (!at) return <Unknown />;
  return <Known at={new Date(at)} inList={inList} />;
}

function Known({ at, inList }: { at: Date; inList: boolean }) {
  const text = useTimeText((now) => relativeText(at, now, inList));
  const exact = exactText(at);
  if (inList) {
    return (
      <time className="tabular" dateTime={at.toISOString()} title={exact}>
        {text}
      </time>
    );
  }
  return (
    <Hint label={exact}>
      <time className="tabular" dateTime={at.toISOString()} data-exact={exact} tabIndex={0}>
        {text}
      </time>
    </Hint>
  );
}
