import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff, IconInfoCircle, IconLock, IconMapOff, type TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { asProblem, type Problem } from "../api/problem";
import { useLanguage } from "../lib/language";
import { exactText } from "../lib/time";
import { useTitle } from "../lib/title";
import classes from "./Notice.module.css";

/** A calm box that says one thing; role alert only where it appears in answer to what somebody did. */
export function Notice({ tone, title, children, role, icon: Icon = tone === "progress" ? IconInfoCircle : IconAlertTriangle }: {
  tone: "danger" | "attention" | "progress";
  title: ReactNode;
  children?: ReactNode;
  role?: "alert" | "status";
  icon?: TablerIcon;
}) {
  return (
    <div className={`${classes.notice} ${classes[tone]}`} role={role}>
      <Icon size={18} aria-hidden />
      <div>
        <div className={classes.title}>{title}</div>
        {children}
      </div>
    </div>
  );
}

/** What went wrong with a step: what happened, what was kept, what to do; and every bad field that has no input on the page. */
export function ProblemNotice({ problem, shownFields = [] }: { problem: Problem | null; shownFields?: string[] }) {
  const { parts, problem: translated } = useLanguage();
  if (!problem) return null;
  const rest = Object.entries(problem.byField).filter(([field]) => !shownFields.includes(field));
  return (
    <Notice tone="danger" title={problem.title} role="alert">
      <div>{problem.detail}</div>
      {problem.decidedBy && (
        <div>
          {problem.decidedBy} {parts.decided}{problem.decidedAt && `, ${exactText(new Date(problem.decidedAt))}`}.
        </div>
      )}
      {problem.code === "second_factor_missing" && <a href="/settings/sign-in">Set up an authenticator</a>}
      {rest.length > 0 && (
        <ul>
          {rest.map(([field, detail]) => (
            <li key={field}>
              {/* The way into a list says nothing to people, nor does an English name in another language; the sentence names the thing. */}
              {translated || /\.\d/.test(field) ? detail : `${field.replaceAll("_", " ")}: ${detail}`}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId && problem.status >= 500 && <div className="soft">{parts.request} {problem.requestId}</div>}
    </Notice>
  );
}

/** A page or a part of one that could not be loaded. */
export function LoadFailed({ error, retry, page = false }: { error: unknown; retry?: () => void; page?: boolean }) {
  const problem = asProblem(error);
  const { parts } = useLanguage();
  const icon = problem.status === 404 ? IconMapOff : problem.status === 403 ? IconLock : problem.status === 0 ? IconCloudOff : IconAlertTriangle;
  return (
    <EmptyState
      icon={icon}
      title={problem.title}
      alert
      page={page}
      action={retry && problem.status !== 404 && problem.status !== 403 && (
        <Button variant="default" onClick={retry}>
          {parts.tryAgain}
        </Button>
      )}
    >
      {problem.detail}
    </EmptyState>
  );
}

/** Nothing to show: says whether nothing exists yet (and how to make the first) or nothing matches. */
export function EmptyState({ icon: Icon, title, children, action, alert = false, page = false }: {
  icon: TablerIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  alert?: boolean;
  /** It stands for a whole page, so its title is the page's. */
  page?: boolean;
}) {
  const Title = page ? "h1" : "div";
  useTitle(page ? title : undefined);
  return (
    <div className={classes.empty} role={alert ? "alert" : undefined} data-empty={alert ? undefined : ""}>
      <Icon size={28} stroke={1.4} aria-hidden />
      <Title className={classes.title}>{title}</Title>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
