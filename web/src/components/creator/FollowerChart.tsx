import type { FollowerSnapshot } from "../../api/schema";
import { dateText } from "../../lib/time";
import classes from "./FollowerChart.module.css";

type Source = FollowerSnapshot["source"];

/** Where a count comes from, as it stands behind the count. */
export const sourceWords: Record<Source, string> = { measured: "measured", entered: "entered by hand", estimated: "estimated" };

const best: Source[] = ["measured", "entered", "estimated"];

/** One count a day: where a day has several, the most trustworthy. */
function byDay(counts: FollowerSnapshot[]): FollowerSnapshot[] {
  const days = new Map<string, FollowerSnapshot>();
  for (const count of counts) {
    const there = days.get(count.as_of);
    if (!there || best.indexOf(count.source) < best.indexOf(there.source)) days.set(count.as_of, count);
  }
  return [...days.values()].sort((a, b) => a.as_of.localeCompare(b.as_of));
}

/** The newest count that is trusted most. */
export function newestCount(counts: FollowerSnapshot[]): FollowerSnapshot | undefined {
  return byDay(counts).at(-1);
}

const width = 160;
const height = 36;
const edge = 4;

/** Followers of an account over time: a line, and behind it a table with every count and its source. */
export function FollowerChart({ handle, counts }: { handle: string; counts: FollowerSnapshot[] }) {
  const days = byDay(counts);
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
  const least = Math.min(...days.map(({ followers }) => followers));
  const most = Math.max(...days.map(({ followers }) => followers));
  const points = days.map((count) => ({
    ...count,
    x: edge + ((at(count.as_of) - at(first.as_of)) / (at(last.as_of) - at(first.as_of) || 1)) * (width - 2 * edge),
    y: most === least ? height / 2 : height - edge - ((count.followers - least) / (most - least)) * (height - 2 * edge),
  }));
  const told = (count: FollowerSnapshot) => `${count.followers.toLocaleString("en")} on ${dateText(count.as_of)}`;
  return (
    <div className={classes.chart}>
      {days.length > 1 && (
        <svg className={classes.line} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Followers of ${handle}: ${told(first)}, ${told(last)}`}>
          <polyline points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")} />
          {points.map(({ x, y, as_of, source }) => <circle key={as_of} cx={x} cy={y} r={2.5} className={source === "measured" ? classes.measured : undefined} />)}
        </svg>
      )}
      <details>
        <summary>{counts.length === 1 ? "1 count" : `${counts.length} counts`}</summary>
        <table className={classes.table} aria-label={`Followers of ${handle}`}>
          <thead><tr><th scope="col">Day</th><th scope="col">Followers</th><th scope="col">Source</th></tr></thead>
          <tbody>
            {counts.toReversed().map(({ as_of, followers, source }) => (
              <tr key={`${as_of}-${source}`}><td>{dateText(as_of)}</td><td className="tabular">{followers.toLocaleString("en")}</td><td>{sourceWords[source]}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}
