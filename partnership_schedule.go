package rapport

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// CheckPublishAt names what is wrong with a moment at which content is to be published that has by as its last moment, and from, if it is not zero, as its
// first one.
func CheckPublishAt(at, from, by, now time.Time) []Field {
	switch {
	case !at.After(now):
		return []Field{{"publish_at", "in_the_past", "That time has passed. Choose a later one."}}
	case from.Before(by) && at.Before(from):
		return []Field{{"publish_at", "before_window", "The publish window has not begun by then. Choose a later time."}}
	case !by.After(now):
		return []Field{{"publish_at", "window_over", "The last day to publish has passed, so no time can be planned. Publish now, or agree on more time first."}}
	case at.After(by):
		return []Field{{"publish_at", "after_window", "It is to be published before that. Choose an earlier time, or agree on more time first."}}
	}
	return nil
}

// MayBeScheduled says that it can be said of content in the state when it will be published.
func MayBeScheduled(state string) bool {
	return slices.Contains([]string{"approved_to_post", "scheduled"}, state)
}

func (p *Partnership) allowedSchedule(cmd Command, now time.Time) *Refusal {
	if r := p.allowedOnDeliverable(cmd); r != nil {
		return r
	}
	d := p.deliverable(cmd.Ref)
	if cmd.Instead != nil && !cmd.Instead.Equal(d.PublishAt) {
		return &Refusal{Code: "plan_changed", State: d.State, At: d.PublishAt}
	}
	if cmd.Kind == CmdSchedulePost && len(CheckPublishAt(cmd.Until, d.PublishFrom, d.PublishBy, now)) > 0 {
		return &Refusal{Code: "time_does_not_fit", State: d.State, At: d.PublishBy}
	}
	return nil
}

// schedulePost plans when content will be published, or plans it anew. What is late by the contract, and when, stays as it is.
func (p *Partnership) schedulePost(now time.Time, cmd Command) {
	d := p.deliverable(cmd.Ref)
	code := ""
	if d.State == "scheduled" {
		code = "moved"
	}
	p.fact(now, Fact{Kind: "post_scheduled", Ref: d.ID, Actor: cmd.Actor, Code: code, Until: cmd.Until})
	p.plan(now, d, "scheduled", cmd.Until)
	p.arm(timerNotPosted, d.ID, 0, cmd.Until.Add(p.CreatorCalendar.Span(cmp.Or(p.Timings.PlannedPostGrace, DefaultTimings().PlannedPostGrace))))
}

// unschedulePost takes the plan back; the code says why where nobody did.
func (p *Partnership) unschedulePost(now time.Time, d *DeliverableState, cmd Command) {
	p.fact(now, Fact{Kind: "post_unscheduled", Ref: d.ID, Actor: cmd.Actor, Code: cmd.Code, Until: d.PublishAt})
	p.plan(now, d, "approved_to_post", time.Time{})
}

// plan moves content between approved and scheduled, and nothing else of it: what is late stays so.
func (p *Partnership) plan(now time.Time, d *DeliverableState, state string, at time.Time) {
	p.forgetPlan(d)
	d.State, d.Since, d.PublishAt = state, now, at
	p.show(d, now)
}

// forgetPlan ends what follows from a plan; where there is none it does nothing, so that no run from before there were plans does anything else than it did.
func (p *Partnership) forgetPlan(d *DeliverableState) {
	if d.PublishAt.IsZero() {
		return
	}
	d.PublishAt = time.Time{}
	p.disarm(timerNotPosted, d.ID)
	p.closeTask(d.notPostedTask())
}

// planFits takes a plan back that is no longer in time, because the last day has moved before it.
func (p *Partnership) planFits(now time.Time, d *DeliverableState) {
	if d.PublishAt.After(d.PublishBy) {
		p.unschedulePost(now, d, Command{Code: "last_day_moved"})
	}
}

func (d DeliverableState) notPostedTask() string { return "planned/" + d.ID.String() }

// notPosted reminds the creator once, and tells the owner, when the planned time has passed and nobody has said that the content is out.
func (p *Partnership) notPosted(now time.Time, d *DeliverableState) {
	if d == nil || d.State != "scheduled" {
		return
	}
	p.fact(now, Fact{Kind: "post_not_reported", Ref: d.ID, Until: d.PublishAt})
	p.task(TaskChange{Key: d.notPostedTask(), Kind: "post_not_reported", OwnerID: p.OwnerID, Ref: d.ID, Due: p.taskDue(now)})
	p.do(Effect{Key: fmt.Sprintf("not_reported/%s/%d", d.ID, d.PublishAt.Unix()), Kind: EffectMail, Code: "post_not_reported", Ref: d.ID})
}

// postWait says that the creator is waited for to publish: at the planned time, and by the last day once that has passed.
func (p *Partnership) postWait(d DeliverableState) Waiting {
	w := Waiting{For: "creator", Decision: "post", Ref: d.ID, Since: d.Since, Due: d.PublishBy, Silence: "post_late"}
	if slices.ContainsFunc(p.Timers, func(t Timer) bool { return t.Kind == timerNotPosted && t.Ref == d.ID }) {
		w.Due, w.Silence = d.PublishAt, "post_not_reported"
	}
	return w
}
